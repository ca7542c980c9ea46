// What this library reads in a configuration is what a real PgBouncer reads in it, edited ones too.
#include <gmock/gmock.h>

#include "agent/ini/edit.h"
#include "common/base/durable_file.h"
#include "tests/unit/ini/generated_config.h"
#include "tests/unit/ini/real_pgbouncer.h"

namespace cutover::ini {
namespace {

using testing::RealPgbouncer;
using testing::ShownDatabase;

std::map<std::string, ShownDatabase> expected_of(const ConfigFiles& config) {
  std::map<std::string, ShownDatabase> expected;
  for (const Entry& entry : effective_entries(config)) {
    if (entry.name != "*") expected[entry.name] = {entry.host, entry.port, entry.dbname};
  }
  return expected;
}

class AgainstPgbouncer : public ::testing::Test {
 protected:
  Result<ConfigFiles> load() const {
    return load_config(bouncer_.directory() + "/pgbouncer.ini", bouncer_.directory(), read_file);
  }

  std::string write(const std::string& text) const { return bouncer_.write("pgbouncer.ini", text); }

  testing::Names names_it_knows() {
    const bool knows_quoted =
        bouncer_.start(write(bouncer_.settings() + "[databases]\n'a b' = host=x\n"));
    bouncer_.stop();
    return knows_quoted ? testing::Names::also_quoted : testing::Names::plain;
  }

  void expect_agreement_after_reload(const std::string& text) {
    write(text);
    const auto config = load();
    ASSERT_TRUE(config) << config.error().what;
    bouncer_.ask("RELOAD");
    EXPECT_EQ(bouncer_.databases(), expected_of(*config)) << text;
  }

  RealPgbouncer bouncer_;
};

TEST_F(AgainstPgbouncer, GeneratedEntriesAreReadAlikeBeforeAndAfterAnEdit) {
  const testing::Names names = names_it_knows();
  ASSERT_TRUE(bouncer_.start(write(bouncer_.settings())));
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::string lines = testing::generated_entries(random, names);
    ASSERT_NO_FATAL_FAILURE(
        expect_agreement_after_reload(bouncer_.settings() + "[databases]\n" + lines));
    const auto config = load();
    std::vector<Move> moves;
    for (const Entry& entry : effective_entries(*config)) {
      moves.push_back({entry.name, entry.host, entry.port, "it's green", "6543"});
    }
    const auto edit = edit_entries(*config, moves);
    ASSERT_TRUE(edit) << edit.error().what;
    ASSERT_NO_FATAL_FAILURE(expect_agreement_after_reload(edit->files.at(0).new_text));
    for (const auto& [name, shown] : bouncer_.databases()) {
      EXPECT_EQ(shown.host, "it's green") << name;
      EXPECT_EQ(shown.port, "6543") << name;
    }
    ASSERT_FALSE(HasFailure());
  }
}

TEST_F(AgainstPgbouncer, SpecialEntriesAreReadAlike) {
  ASSERT_TRUE(bouncer_.start(write(bouncer_.settings())));
  const std::string head = bouncer_.settings() + "[databases]\n";
  for (const std::string& lines : std::vector<std::string>{
           "a=\n", "a=host='x'!port=7\n", "a=host= port=7\n", "a=host=x\tport=7\n",
           "a=host=x'y port=7", "a=host=x port=07x\n", "* = host=x\na=\n",
           "a=host=1\n[users]\n[databases]\na=host=2\n", "[databases] a=host=x\n", "= host=x\n",
           "a=dbname=x\r\r\n", "a = host=x \v\n", std::string("  a=host=x\0b=host=y", 20)}) {
    ASSERT_NO_FATAL_FAILURE(expect_agreement_after_reload(head + lines)) << lines;
  }
}

TEST_F(AgainstPgbouncer, IncludesAndSectionsAcrossFilesAreReadAlike) {
  bouncer_.write("more.ini", "a = host=more\nb = host=more\n");
  bouncer_.write("section.ini", "[users]\n");
  ASSERT_TRUE(bouncer_.start(write(bouncer_.settings())));
  ASSERT_NO_FATAL_FAILURE(expect_agreement_after_reload(
      bouncer_.settings() +
      "[databases]\na = host=main\n%include more.ini\nb = host=main\n%include section.ini\n"
      "c = pool_mode=session\n%include more.ini\n"));
}

TEST_F(AgainstPgbouncer, ARepeatedMainSectionHasTheSameEffect) {
  ASSERT_TRUE(bouncer_.start(write(bouncer_.settings() +
                                   "pool_mode = transaction\ndefault_pool_size = 3\nverbose = 1\n"
                                   "auth_user = me\n[databases]\n" +
                                   bouncer_.settings() + "server_lifetime = 77\n")));
  const auto config = load();
  ASSERT_TRUE(config);
  const auto settings = effective_settings(*config);
  std::map<std::string, std::string> shown;
  for (auto& row : bouncer_.ask("SHOW CONFIG")) shown[row["key"]] = row["value"];
  for (const auto& [name, value] : settings) EXPECT_EQ(shown[name], value) << name;
  for (const char* reset : {"pool_mode", "default_pool_size"}) {
    EXPECT_FALSE(settings.contains(reset));
  }
  EXPECT_EQ(shown["pool_mode"], "session");
  EXPECT_EQ(shown["default_pool_size"], "20");
  EXPECT_EQ(shown["verbose"], "1");
}

TEST_F(AgainstPgbouncer, WhatOneRefusesTheOtherRefuses) {
  const std::string head = bouncer_.settings() + "[databases]\n";
  const std::string deep = head + "%include 1.ini\n";
  for (int i = 1; i <= 11; ++i) {
    bouncer_.write(std::to_string(i) + ".ini", "%include " + std::to_string(i + 1) + ".ini\n");
  }
  bouncer_.write("10.ini", "deepest = host=x\n");
  bouncer_.write("0.ini", "%include 1.ini\n");
  const std::vector<std::string> texts = {head,
                                          head + "a=host=x",
                                          head + "\"a\"=host=x",
                                          head + "'a''b'=host=x",
                                          head + "''=host=x",
                                          head + "'a=host=x",
                                          head + "a",
                                          head + "a b=host=x",
                                          head + "\xc3\xbc=host=x",
                                          head + "a=host=",
                                          head + "a=host=''",
                                          head + "a=host='x",
                                          head + "a=host=x port=no",
                                          head + "a=host=x port=0",
                                          head + "a=host=x port",
                                          head + "a==host=x",
                                          head + "%include\n",
                                          head + "%include none.ini\n",
                                          head + "%include 0.ini\n",
                                          head + "%includes x\n",
                                          deep,
                                          head + "[open",
                                          head + "[open\n]",
                                          head + "pgbouncer=host=x",
                                          "[databases]\na=host=x\n",
                                          "",
                                          "a=1\n" + head,
                                          " ; c\n\t# c\n" + head,
                                          head + "a=host='x' dbname=''''\n",
                                          "\xef\xbb\xbf" + head,
                                          head + "a=host=x\\'y",
                                          head + "a=host=x=y",
                                          head + "a = 'host=x'"};
  int accepted = 0;
  for (const std::string& text : texts) {
    const std::string path = write(text);
    const bool is_read = load().has_value();
    EXPECT_EQ(bouncer_.start(path), is_read) << text;
    accepted += is_read ? 1 : 0;
    bouncer_.stop();
  }
  EXPECT_GT(accepted, 5);
}

}  // namespace
}  // namespace cutover::ini
