#include "controller/commands/working_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace cutover {
namespace {

TEST(WorkingProcess, WhatTheWorkReturnsReachesTheParent) {
  const std::string large(300'000, 'x');
  const auto end = run_in_working_process([&] { return large; });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->report, large);
}

TEST(WorkingProcess, AWorkerThatWasKilledLeavesNoReport) {
  const auto end = run_in_working_process([]() -> std::string {
    kill(getpid(), SIGKILL);
    return "never";
  });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->report, std::nullopt);
  EXPECT_NE(end->how.find("signal 9"), std::string::npos);
}

TEST(WorkingProcess, ASignalSentToTheParentAloneReachesTheWorkerAsAnInterrupt) {
  const pid_t parent = getpid();
  const auto end = run_in_working_process([parent]() -> std::string {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    kill(parent, SIGTERM);
    int signal = 0;
    sigwait(&set, &signal);
    return signal == SIGINT ? "interrupted" : "other";
  });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->report, "interrupted");
}

TEST(WorkingProcess, TheParentsOwnSignalMaskIsPutBack) {
  sigset_t before;
  sigprocmask(SIG_BLOCK, nullptr, &before);
  ASSERT_TRUE(run_in_working_process([] { return std::string("x"); }));
  sigset_t after;
  sigprocmask(SIG_BLOCK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
  EXPECT_EQ(sigismember(&after, SIGTERM), 0);
}

}  // namespace
}  // namespace cutover
