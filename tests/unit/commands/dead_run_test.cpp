// What the operator is told when the process of a run died.
#include "controller/commands/dead_run.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

constexpr const char* killed = "was killed by signal 9 (Killed)";

CommandLine line_of(CommandName command) {
  CommandLine line;
  line.command = command;
  return line;
}

CommandResult recovery_that_found(const char* serves) {
  CommandResult result;
  result.run_id = "recovery-1";
  result.data = {{"serves", serves}, {"moved", true}};
  result.steps.resize(1);
  return result;
}

CommandResult after(CommandName command, Direction direction, const char* serves) {
  return result_after_recovery(line_of(command), killed, direction, recovery_that_found(serves));
}

TEST(DeadRun, NeedsAttentionWhereClientsAreOnTheSideItWentFor) {
  const auto cutover = after(CommandName::cutover, Direction::forward, "green");
  EXPECT_EQ(cutover.outcome, "attention");
  EXPECT_EQ(cutover.exit_code, 5);
  EXPECT_EQ(cutover.error->what,
            "the working process was killed by signal 9 (Killed); recovery brought every bouncer "
            "to green");
  EXPECT_EQ(cutover.command, "cutover");
  EXPECT_EQ(cutover.run_id, "recovery-1");
  EXPECT_EQ(cutover.steps.size(), 1U);
  EXPECT_EQ(cutover.data.at("serves"), "green");
  EXPECT_EQ(after(CommandName::rollback, Direction::back, "blue").exit_code, 5);
}

TEST(DeadRun, WasAbortedWhereClientsStayed) {
  EXPECT_EQ(after(CommandName::cutover, Direction::forward, "blue").outcome, "aborted");
  EXPECT_EQ(after(CommandName::cutover, Direction::forward, "blue").exit_code, 3);
}

TEST(DeadRun, ARollbackThatDiedBeforeItsClaimWasAbortedThoughItsRecoverySawACutoverThatMoved) {
  const auto rollback = after(CommandName::rollback, Direction::back, "green");
  EXPECT_EQ(rollback.outcome, "aborted");
  EXPECT_EQ(rollback.exit_code, 3);
  EXPECT_EQ(rollback.data.at("moved"), false) << "the recovery speaks of that cutover";
}

TEST(DeadRun, IsToldAsItsRecoveryWhereThatDidNotEndWell) {
  auto failed = recovery_that_found("blue");
  failed.outcome = "in_doubt";
  failed.exit_code = 4;
  const auto told =
      result_after_recovery(line_of(CommandName::cutover), killed, Direction::forward, failed);
  EXPECT_EQ(told.exit_code, 4);
  EXPECT_EQ(told.run_id, "recovery-1");
}

TEST(DeadRun, IsInDoubtUntilItIsRecovered) {
  const auto dead = result_of_dead_run(line_of(CommandName::cutover), killed);
  EXPECT_EQ(dead.outcome, "in_doubt");
  EXPECT_EQ(dead.exit_code, 4);
  EXPECT_EQ(dead.error->what, "the working process was killed by signal 9 (Killed)");
}

}  // namespace
}  // namespace cutover
