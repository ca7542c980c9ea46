// What both programs say of themselves when somebody reports a fault.
#include <gmock/gmock.h>

#include "tests/support/child_process.h"
#include "tests/support/rig/programs.h"

namespace cutover::tests {
namespace {

/// What it was built from; "" outside of a repository.
std::string commit_of_source() {
  return support::run_program({{"git", "-C", CUTOVER_SOURCE_DIR, "rev-parse", "HEAD"}}).output;
}

TEST(Version, OfBothProgramsNamesTheCommitTheyWereBuiltFrom) {
  if (commit_of_source().empty()) GTEST_SKIP() << "built from no repository, so of no commit";
  std::vector<std::string> told;
  for (const auto& program : {support::cutover_program(), support::agent_program()}) {
    const auto finished = support::run_program({{program, "--version"}});
    EXPECT_EQ(finished.exit_code, 0) << finished.errors;
    const auto name = program.filename().string() + " ";
    ASSERT_TRUE(finished.output.starts_with(name)) << finished.output;
    told.push_back(finished.output.substr(name.size()));
    EXPECT_THAT(told.back(),
                testing::MatchesRegex("[0-9]+[.][0-9]+[.][0-9]+ [(]commit [0-9a-f]{10}[)]\n"));
  }
  EXPECT_EQ(told[0], told[1]);
}

}  // namespace
}  // namespace cutover::tests
