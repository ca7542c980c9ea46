// Bad configurations and their exact messages stand in config_problems.txt.
#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <stdexcept>
#include <vector>

#include "controller/config/config.h"
#include "tests/unit/config/sample.h"

namespace cutover {
namespace {

struct BadConfig {
  std::string name;
  std::string text;
  std::string answer;
};

void PrintTo(const BadConfig& bad, std::ostream* out) {
  *out << bad.name;
}

std::string expanded(const std::string& line) {
  if (line == "$database") return small_database;
  if (line == "$bouncer") return small_bouncer;
  return line + "\n";
}

std::vector<BadConfig> bad_configs() {
  std::ifstream file(CUTOVER_CASES);
  if (!file) throw std::runtime_error("cannot read " CUTOVER_CASES);
  std::vector<BadConfig> cases;
  bool in_answer = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ")) continue;
    if (line.starts_with("@ ")) {
      cases.push_back({line.substr(2), "", ""});
      in_answer = false;
    } else if (line == "=>") {
      in_answer = true;
    } else if (in_answer) {
      cases.back().answer += line + "\n";
    } else {
      cases.back().text += expanded(line);
    }
  }
  return cases;
}

class ConfigProblems : public testing::TestWithParam<BadConfig> {};

TEST_P(ConfigProblems, AreReportedWithTheirLineAndAHint) {
  const auto config = parse_config(GetParam().text, "c.toml");
  ASSERT_FALSE(config);
  EXPECT_EQ(to_text(config.error()) + "\n", GetParam().answer) << "of:\n" << GetParam().text;
}

TEST_P(ConfigProblems, NeverShowAPassword) {
  const auto config = parse_config(GetParam().text, "c.toml");
  ASSERT_FALSE(config);
  EXPECT_EQ(to_text(config.error()).find("hunter2"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Each, ConfigProblems, testing::ValuesIn(bad_configs()),
                         [](const auto& info) { return info.param.name; });

TEST(Config, SeveralProblemsAreAllReported) {
  const auto config = parse_config("[limits]\nlease = 3\nattempts = 0\n[oops]\n", "c.toml");
  ASSERT_FALSE(config);
  std::size_t problems = 0;
  const auto text = to_text(config.error());
  for (auto at = text.find("c.toml:"); at != std::string::npos; at = text.find("c.toml:", at + 1))
    ++problems;
  EXPECT_EQ(problems, 5u) << text;  // no database, no bouncer, lease, attempts, oops
}

}  // namespace
}  // namespace cutover
