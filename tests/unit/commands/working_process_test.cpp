#include "controller/commands/working_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "common/base/interrupting_signals.h"
#include "tests/support/default_signals.h"
#include "tests/support/eventually.h"

namespace cutover {
namespace {

const support::DefaultSignals from_the_start;

TEST(WorkingProcess, WhatTheWorkReturnsReachesTheParent) {
  const std::string large(300'000, 'x');
  const auto end = run_in_working_process([&](const Tell&) { return large; });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->report, large);
}

TEST(WorkingProcess, AWorkerThatWasKilledLeavesNoReport) {
  const auto end = run_in_working_process([](const Tell&) -> std::string {
    kill(getpid(), SIGKILL);
    return "never";
  });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->report, std::nullopt);
  EXPECT_NE(end->how.find("signal 9"), std::string::npos);
}

TEST(WorkingProcess, AnExceptionOfTheWorkIsADeathAndNeverLeavesTheWorker) {
  std::string printed;
  WhileItWorks meanwhile;
  meanwhile.printed = [&](const std::string& text) { printed += text; };
  const pid_t parent = getpid();
  try {
    const auto end = run_in_working_process(
        [](const Tell&) -> std::string { throw std::runtime_error("out of luck"); }, meanwhile);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->report, std::nullopt);
    EXPECT_EQ(end->how, "exited with 70");
  } catch (const std::runtime_error&) {
    if (getpid() != parent) _exit(1);
    FAIL() << "it was thrown in the parent";
  }
  EXPECT_EQ(printed, "the working process failed: out of luck\n");
}

/// What the worker hears first after `sent` went to the parent alone.
std::string heard_by_worker(const std::vector<int>& sent) {
  const pid_t parent = getpid();
  const auto end = run_in_working_process([parent, sent](const Tell&) -> std::string {
    const auto set = set_of({SIGINT, SIGTERM, SIGHUP});
    sigprocmask(SIG_BLOCK, &set, nullptr);
    // Passed on one after the other, in the order in which the parent was told.
    for (const int number : sent) kill(parent, number);
    const timespec longest{20, 0};
    const int signal = sigtimedwait(&set, nullptr, &longest);
    return signal > 0 ? strsignal(signal) : "nothing in time";
  });
  return end && end->report ? *end->report : "nothing";
}

TEST(WorkingProcess, ASignalSentToTheParentAloneReachesTheWorker) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    EXPECT_EQ(heard_by_worker({number}), strsignal(number));
}

TEST(WorkingProcess, WhatTheParentHoldsBackIsNotHeldBackInTheWorker) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const auto end = run_in_working_process([number](const Tell&) -> std::string {
      kill(getpid(), number);
      return "it was held back";
    });
    ASSERT_TRUE(end);
    EXPECT_EQ(end->report, std::nullopt) << strsignal(number);
  }
}

TEST(WorkingProcess, WhatTheParentIgnoresFromTheStartIsNotPassedOn) {
  const auto before = signal(SIGHUP, SIG_IGN);
  EXPECT_EQ(heard_by_worker({SIGHUP, SIGTERM}), strsignal(SIGTERM));
  EXPECT_EQ(signal(SIGHUP, before), SIG_IGN);
}

TEST(WorkingProcess, LinesToldAndTextPrintedReachTheParentInOrder) {
  std::vector<std::string> heard;
  std::string printed;
  WhileItWorks meanwhile;
  meanwhile.heard = [&](const std::string& line) { heard.push_back(line); };
  meanwhile.printed = [&](const std::string& text) { printed += text; };
  const auto end = run_in_working_process(
      [](const Tell& tell) -> std::string {
        tell("one");
        tell("two");
        const auto count = write(STDERR_FILENO, "warning\n", 8);
        return std::to_string(count);
      },
      meanwhile);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->report, "8");
  EXPECT_EQ(heard, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(printed, "warning\n");
}

TEST(WorkingProcess, AParentThatDoesNotListenNeverHoldsTheWorkerUp) {
  WhileItWorks meanwhile;
  std::size_t lines = 0;
  meanwhile.heard = [&](const std::string&) { ++lines; };
  // The parent is busy from the start until the worker says that it has told everything.
  int told_all[2];
  ASSERT_EQ(pipe(told_all), 0);
  meanwhile.begin = [&] {
    char byte = 0;
    ASSERT_EQ(read(told_all[0], &byte, 1), 1);
  };
  const auto end = run_in_working_process(
      [&](const Tell& tell) -> std::string {
        for (int i = 0; i < 10'000; ++i) tell(std::string(100, 'x'));
        return write(told_all[1], "x", 1) == 1 ? "told" : "not told";
      },
      meanwhile);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->report, "told");
  EXPECT_GT(lines, 0u);
  EXPECT_LT(lines, 10'000u);
}

volatile sig_atomic_t interrupted = 0;

bool sleeps(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/stat");
  std::string pid, name, state;
  status >> pid >> name >> state;
  return state == "S";
}

TEST(WorkingProcess, ASignalThatInterruptsTheParentsWaitHoldsNobodyUp) {
  int heard[2];
  int ticked[2];
  ASSERT_EQ(pipe(heard), 0);
  ASSERT_EQ(pipe(ticked), 0);
  interrupted = 0;
  struct sigaction noting = {};
  noting.sa_handler = [](int) { interrupted = 1; };
  struct sigaction before = {};
  sigaction(SIGUSR1, &noting, &before);
  WhileItWorks meanwhile;
  meanwhile.heard = [&](const std::string&) { EXPECT_EQ(write(heard[1], "x", 1), 1); };
  meanwhile.tick_interval = std::chrono::milliseconds(3'000);
  meanwhile.tick = [&] {
    if (interrupted != 0) {
      EXPECT_EQ(write(ticked[1], "x", 1), 1);
    }
  };
  const pid_t parent = getpid();
  const auto end = run_in_working_process(
      [&](const Tell& tell) -> std::string {
        tell("a line, so that the last wait found something");
        char byte = 0;
        if (read(heard[0], &byte, 1) != 1) return "not heard";
        support::eventually(std::chrono::seconds(20), [&] { return sleeps(parent); });
        kill(parent, SIGUSR1);
        pollfd tick{ticked[0], POLLIN, 0};
        return poll(&tick, 1, 2'000) == 1 ? "goes on" : "held up";
      },
      meanwhile);
  sigaction(SIGUSR1, &before, nullptr);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->report, "goes on");
}

TEST(WorkingProcess, TheParentsOwnSignalMaskIsPutBack) {
  sigset_t before;
  sigprocmask(SIG_BLOCK, nullptr, &before);
  ASSERT_TRUE(run_in_working_process([](const Tell&) { return std::string("x"); }));
  sigset_t after;
  sigprocmask(SIG_BLOCK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
  EXPECT_EQ(sigismember(&after, SIGTERM), 0);
}

}  // namespace
}  // namespace cutover
