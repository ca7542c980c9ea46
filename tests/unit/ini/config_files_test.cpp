// Several files, repeated sections, duplicates: what counts is what PgBouncer makes of them.
#include "agent/ini/config_files.h"

#include <gmock/gmock.h>

#include "tests/unit/ini/texts.h"

namespace cutover::ini {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::load;
using testing::load_databases;
using testing::load_text;

std::vector<std::string> entries_of(const ConfigFiles& config) {
  std::vector<std::string> texts;
  for (const Entry& entry : effective_entries(config)) {
    texts.push_back(entry.name + " " + entry.host + " " + entry.port + " " + entry.dbname + " " +
                    config.describe(entry.place));
  }
  return texts;
}

TEST(ConfigFiles, AnEntryHasItsDefaults) {
  const auto config = load_databases("app =\nb = host=h port=6 dbname='d e'\n* = host=any\n");
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_THAT(entries_of(*config),
              ElementsAre("app  5432 app /etc/main.ini:3", "b h 6 d e /etc/main.ini:4",
                          "* any 5432 * /etc/main.ini:5"));
}

TEST(ConfigFiles, TheLastDefinitionCountsAlsoInARepeatedSection) {
  const auto config = load_text(
      "[databases]\napp = host=one\n[users]\napp = pool_mode=session\n[databases]\napp = "
      "host=two\n");
  ASSERT_TRUE(config);
  EXPECT_THAT(entries_of(*config), ElementsAre("app two 5432 app /etc/main.ini:7"));
  ASSERT_EQ(replaced_definitions(*config, "app").size(), 1U);
  EXPECT_EQ(replaced_definitions(*config, "app").front()->host, "one");
}

TEST(ConfigFiles, NamesAreTakenToTheLetter) {
  const auto config = load_databases("app = host=a\nApp = host=b\n'app ' = host=c\n");
  ASSERT_TRUE(config);
  EXPECT_EQ(find_entry(*config, "app")->host, "a");
  EXPECT_EQ(find_entry(*config, "App")->host, "b");
  EXPECT_EQ(find_entry(*config, "app ")->host, "c");
  EXPECT_EQ(find_entry(*config, "APP"), nullptr);
}

TEST(ConfigFiles, IncludesAreReadInPlaceAndRelativeToTheWorkingDirectory) {
  const auto config = load(
      {{"/etc/main.ini", "[pgbouncer]\n[databases]\na = host=1\n%include more.ini\nb = host=4\n"},
       {"/run/more.ini", "a = host=2\nb = host=3\n"}});
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_THAT(entries_of(*config),
              ElementsAre("a 2 5432 a /run/more.ini:1", "b 4 5432 b /etc/main.ini:5"));
}

TEST(ConfigFiles, TheSectionGoesOnOutOfAnInclude) {
  const auto config =
      load({{"/etc/main.ini", "[databases]\n%include /p.ini\nx = host=notadatabase\n"},
            {"/p.ini", "[pgbouncer]\nuser = u\n"}});
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_THAT(entries_of(*config), ElementsAre());
  EXPECT_EQ(effective_settings(*config).at("x"), "host=notadatabase");
}

TEST(ConfigFiles, ARepeatedMainSectionPutsSettingsBackToTheirDefaults) {
  const auto config = load_text(
      "pool_mode = transaction\nauth_file = /u\nverbose = "
      "2\n[databases]\n[pgbouncer]\nlogfile=l\n");
  ASSERT_TRUE(config);
  EXPECT_EQ(effective_settings(*config),
            (std::map<std::string, std::string>{
                {"auth_file", "/u"}, {"verbose", "2"}, {"logfile", "l"}}));
}

TEST(ConfigFiles, AMissingIncludeFailsAndSaysWhere) {
  const auto config = load({{"/etc/main.ini", "[pgbouncer]\n%include gone.ini\n"}});
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().what, HasSubstr("/etc/main.ini:2: in %include gone.ini"));
  EXPECT_THAT(config.error().what, HasSubstr("/run/gone.ini"));
}

TEST(ConfigFiles, IncludesTenDeepLoadAndElevenDeepFail) {
  const auto chain = [](int depth) {
    testing::Texts texts{{"/etc/main.ini", "[pgbouncer]\n%include /1\n"}};
    for (int i = 1; i < depth; ++i) {
      texts["/" + std::to_string(i)] = "%include /" + std::to_string(i + 1) + "\n";
    }
    texts["/" + std::to_string(depth)] = "logfile = l\n";
    return texts;
  };
  EXPECT_TRUE(load(chain(10)));
  EXPECT_FALSE(load(chain(11)));
}

TEST(ConfigFiles, AFileThatIncludesItselfFails) {
  const auto config = load({{"/etc/main.ini", "[pgbouncer]\n%include /etc/main.ini\n"}});
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().what, HasSubstr("nested deeper than 10"));
}

TEST(ConfigFiles, WhatPgBouncerWouldNotLoadFailsWithFileAndLine) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"[databases]\n\"app\" = host=a\n", "/etc/main.ini:3: "},
      {"[databases]\napp = host=\n", "/etc/main.ini:3: entry app: the value of host is empty"},
      {"[databases]\napp = host=a port=none\n", "/etc/main.ini:3: entry app: invalid port none"},
      {"[databases]\npgbouncer = host=a\n", "/etc/main.ini:3: entry pgbouncer"},
      {"[databases\n", "/etc/main.ini:2: a section without ]"},
  };
  for (const auto& bad : cases) {
    const auto config = load_text(bad.text);
    ASSERT_FALSE(config) << bad.text;
    EXPECT_THAT(config.error().what, HasSubstr(bad.message));
    EXPECT_NE(config.error().hint, "");
  }
}

TEST(ConfigFiles, ASettingBeforeAnySectionAndAFileWithoutMainSectionFail) {
  EXPECT_FALSE(load({{"/etc/main.ini", "x = 1\n[pgbouncer]\n"}}));
  const auto config = load({{"/etc/main.ini", "[databases]\napp = host=a\n"}});
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().what, HasSubstr("no [pgbouncer] section"));
}

TEST(ConfigFiles, AnErrorNeverShowsAPassword) {
  const auto config = load_databases("app = password='hunter2 host=a\n");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().what + config.error().hint, ::testing::Not(HasSubstr("hunter2")));
}

TEST(ConfigFiles, APortIsReadAsPgBouncerReadsIt) {
  EXPECT_EQ(port_number(""), "5432");
  EXPECT_EQ(port_number("06432"), "6432");
  EXPECT_EQ(port_number("6432x"), "6432");
}

}  // namespace
}  // namespace cutover::ini
