// What both programs say of themselves when somebody reports a fault.
#include <gmock/gmock.h>

#include "tests/support/child_process.h"
#include "tests/support/rig/programs.h"

namespace cutover::tests {
namespace {

/// Of what was built from no repository, as from the archive of a release, nobody knows it.
std::string shape_of_commit() {
  const auto git = support::run_program({{"git", "-C", CUTOVER_SOURCE_DIR, "rev-parse", "HEAD"}});
  return git.exit_code == 0 ? "[0-9a-f]{10}" : "unknown";
}

TEST(Version, OfBothProgramsNamesTheCommitTheyWereBuiltFrom) {
  const std::string shape = "[0-9]+[.][0-9]+[.][0-9]+ [(]commit " + shape_of_commit() + "[)]\n";
  std::vector<std::string> told;
  for (const auto& program : {support::cutover_program(), support::agent_program()}) {
    const auto finished = support::run_program({{program, "--version"}});
    EXPECT_EQ(finished.exit_code, 0) << finished.errors;
    const auto name = program.filename().string() + " ";
    ASSERT_TRUE(finished.output.starts_with(name)) << finished.output;
    told.push_back(finished.output.substr(name.size()));
    EXPECT_THAT(told.back(), testing::MatchesRegex(shape));
  }
  EXPECT_EQ(told[0], told[1]);
}

}  // namespace
}  // namespace cutover::tests
