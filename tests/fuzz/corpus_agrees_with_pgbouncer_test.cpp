// PgBouncer itself on the fuzzer's inputs: what the ini editor reads in them, and what it makes of
// them, is what SHOW DATABASES says. CUTOVER_FUZZ_CORPUS names further directories of inputs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "agent/ini/edit.h"
#include "common/base/durable_file.h"
#include "tests/fuzz/fuzzed_moves.h"
#include "tests/unit/ini/real_pgbouncer.h"

namespace cutover::ini {
namespace {

using testing::RealPgbouncer;
using testing::ShownDatabase;

constexpr std::size_t most_inputs = 400;

std::vector<std::string> inputs() {
  std::vector<std::string> directories = {CUTOVER_CORPUS};
  if (const char* more = std::getenv("CUTOVER_FUZZ_CORPUS")) directories.emplace_back(more);
  std::vector<std::string> paths;
  for (const auto& directory : directories) {
    for (const auto& file : std::filesystem::directory_iterator(directory)) {
      paths.push_back(file.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  if (paths.size() <= most_inputs) return paths;
  std::vector<std::string> some;
  for (std::size_t i = 0; i < most_inputs; ++i) {
    some.push_back(paths[i * paths.size() / most_inputs]);
  }
  return some;
}

std::map<std::string, ShownDatabase> expected_of(const ConfigFiles& config) {
  std::map<std::string, ShownDatabase> expected;
  for (const Entry& entry : effective_entries(config)) {
    if (entry.name != "*") expected[entry.name] = {entry.host, entry.port, entry.dbname};
  }
  return expected;
}

class CorpusAgainstPgbouncer : public ::testing::Test {
 protected:
  void SetUp() override {
    bouncer_.write("more.ini", "more = host=blue\napp = host=blue port=6\n");
    bouncer_.write("section.ini", "[users]\n");
  }

  Result<ConfigFiles> load(const std::string& text) {
    path_ = bouncer_.write("pgbouncer.ini", text);
    return load_config(path_, bouncer_.directory(), read_file);
  }

  /// Settings of its own could take the console away, and names no PgBouncer knows stop it: both
  /// say nothing about entries.
  bool is_comparable(const ConfigFiles& config) const {
    return effective_settings(config) == own_settings_;
  }

  /// False when PgBouncer does not take the file.
  bool agrees(const ConfigFiles& config, const std::string& text) {
    if (!bouncer_.start(path_)) return false;
    EXPECT_EQ(bouncer_.databases(), expected_of(config)) << text;
    bouncer_.stop();
    return true;
  }

  /// With what it needs to run and to be asked where the input has its main section, else in front.
  std::string runnable(const std::string& input) const {
    const std::string section = "[pgbouncer]\n";
    const auto at = input.find(section);
    if (at == std::string::npos) return bouncer_.settings() + input;
    return input.substr(0, at) + bouncer_.settings() + input.substr(at + section.size());
  }

  void look_at(const std::string& input) {
    const std::string text = runnable(input);
    const auto config = load(text);
    if (!config) {
      EXPECT_FALSE(bouncer_.start(path_)) << "refused here: " << config.error().what << "\n"
                                          << text;
      bouncer_.stop();
      return;
    }
    if (!is_comparable(*config) || !agrees(*config, text)) return;
    ++read_alike_;
    for (const char* choice : {"", "a", "b", "c"}) look_at_edit(*config, input + choice);
  }

  void look_at_edit(const ConfigFiles& config, const std::string& chosen_by) {
    const auto moves = fuzz::moves_for(config, chosen_by);
    const auto edit = edit_entries(config, moves);
    if (!edit || edit->files.size() != 1 || edit->files[0].path != path_) return;
    const auto& edited = edit->files[0].new_text;
    const auto after = load(edited);
    ASSERT_TRUE(after) << after.error().what;
    EXPECT_TRUE(agrees(*after, edited)) << "it took the file before the edit\n" << edited;
    ++edited_alike_;
  }

  RealPgbouncer bouncer_;
  std::string path_;
  std::map<std::string, std::string> own_settings_ = effective_settings(*load(bouncer_.settings()));
  int read_alike_ = 0;
  int edited_alike_ = 0;
};

TEST_F(CorpusAgainstPgbouncer, EntriesAreReadAlikeBeforeAndAfterAnEdit) {
  for (const auto& path : inputs()) {
    SCOPED_TRACE(path);
    const auto input = read_file(path);
    ASSERT_TRUE(input);
    ASSERT_NO_FATAL_FAILURE(look_at(*input));
    if (HasFailure()) break;
  }
  EXPECT_GE(read_alike_, 5);
  EXPECT_GE(edited_alike_, 5);
  std::cout << "  " << read_alike_ << " inputs read alike, " << edited_alike_ << " edits of them\n";
}

}  // namespace
}  // namespace cutover::ini
