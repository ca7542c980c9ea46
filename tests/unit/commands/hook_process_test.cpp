#include "controller/live/hook_process.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "common/async/within.h"
#include "controller/commands/run_task.h"

namespace cutover {
namespace {

Outcome run(std::vector<std::string> argv, Environment extra = {}) {
  return run_task<Outcome>([&](auto) { return run_hook_process(argv, extra); });
}

TEST(HookProcess, ExitZeroIsDoneAndAnythingElseIsRefused) {
  EXPECT_TRUE(run({"true"}).is_done());
  EXPECT_TRUE(run({}).is_done());
  EXPECT_TRUE(run({"false"}).is_refused());
  EXPECT_NE(run({"sh", "-c", "exit 7"}).detail.find("exited with 7"), std::string::npos);
  EXPECT_NE(run({"sh", "-c", "kill -9 $$"}).detail.find("signal 9"), std::string::npos);
}

TEST(HookProcess, AProgramThatIsNotThereIsRefusedWithItsName) {
  const auto outcome = run({"/nonexistent/hook"});
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_NE(outcome.detail.find("/nonexistent/hook"), std::string::npos);
}

TEST(HookProcess, ArgumentsReachItUntouchedByAnyShell) {
  EXPECT_TRUE(run({"sh", "-c", "test \"$1\" = '$(reboot); * \"q\"'", "hook", "$(reboot); * \"q\""})
                  .is_done());
}

TEST(HookProcess, SeesWhatTheRunTellsIt) {
  EXPECT_TRUE(run({"sh", "-c", "test \"$CUTOVER_RUN_ID\" = run-1"}, {{"CUTOVER_RUN_ID", "run-1"}})
                  .is_done());
}

Task<bool> was_cut_short(std::vector<std::string> argv) {
  auto hook = run_hook_process(std::move(argv), {});
  const auto outcome = co_await within(std::chrono::milliseconds(50), std::move(hook));
  co_return !outcome.has_value();
}

TEST(HookProcess, IsKilledWithItsChildrenWhenTheWaitEnds) {
  char name[] = "/tmp/cutover-hook-XXXXXX";
  const int descriptor = mkstemp(name);
  ASSERT_GE(descriptor, 0);
  close(descriptor);
  const std::string script = std::string("cat /dev/zero >/dev/null & echo $! >") + name + "; wait";
  ASSERT_TRUE(run_task<bool>([&](auto) { return was_cut_short({"sh", "-c", script}); }));
  pid_t grandchild = 0;
  std::ifstream(name) >> grandchild;
  std::remove(name);
  ASSERT_GT(grandchild, 0);
  // Killed at once; it may be a zombie until init reaps it.
  std::ifstream status("/proc/" + std::to_string(grandchild) + "/stat");
  std::string pid, command, state;
  status >> pid >> command >> state;
  EXPECT_TRUE(!status || state == "Z" || state == "X") << state;
}

}  // namespace
}  // namespace cutover
