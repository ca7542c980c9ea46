// `cutover psql` on real servers: each place it names is reached without typing an address.
#include <gtest/gtest.h>

#include "tests/support/rig/cutover_rig.h"

namespace cutover::tests {
namespace {

std::string answer_of(support::CutoverRig& rig, const std::string& place, const std::string& sql) {
  const auto finished = rig.cutover({"psql", place, "--", "-XAtc", sql});
  EXPECT_EQ(finished.exit_code, 0) << place << finished.output << finished.errors;
  return finished.output;
}

TEST(Psql, ReachesBothServersAConsoleAndTheWayOfAClient) {
  support::RigOptions options;
  options.blue_major = 15;
  options.green_major = 15;
  support::CutoverRig rig(options);
  const std::string port = "SELECT current_setting('port')";
  EXPECT_EQ(answer_of(rig, "blue", port), std::to_string(rig.blue().port()) + "\n");
  EXPECT_EQ(answer_of(rig, "green", port), std::to_string(rig.green().port()) + "\n");
  EXPECT_EQ(answer_of(rig, "bouncer-1/app", port), std::to_string(rig.blue().port()) + "\n");
  EXPECT_NE(answer_of(rig, "bouncer-1", "SHOW VERSION").find("PgBouncer"), std::string::npos);
}

TEST(Psql, APlaceThatDoesNotExistIsAnErrorThatNamesTheOthers) {
  support::RigOptions options;
  options.agents = support::Agents::absent;
  options.blue_major = options.green_major = 15;
  support::CutoverRig rig(options);
  const auto finished = rig.cutover({"psql", "purple"});
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_NE(finished.errors.find("bouncer-1"), std::string::npos) << finished.errors;
}

}  // namespace
}  // namespace cutover::tests
