// Ctrl-C and its like, as a run and a recovery hear them.
#include "controller/commands/interrupts.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "controller/commands/run_task.h"
#include "tests/support/default_signals.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

const support::DefaultSignals from_the_start;

/// At most 20 s.
Task<bool> becomes_true(const bool* what) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int looks = 0; looks < 2'000 && !*what; ++looks) {
    timer.expires_after(std::chrono::milliseconds(10));
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return *what;
}

Task<bool> is_heard(asio::any_io_executor executor, std::vector<int> sent) {
  const Interrupts interrupts(executor, "interrupted");
  for (const int number : sent) kill(getpid(), number);
  const bool heard = co_await becomes_true(interrupts.wanted());
  co_return heard;
}

bool heard(std::vector<int> sent) {
  return run_task<bool>([&](auto executor) { return is_heard(executor, sent); });
}

TEST(Interrupts, AreHeardAndEndNothing) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) EXPECT_TRUE(heard({number})) << number;
}

TEST(Interrupts, AnInterruptThatCameWhileTheyWereHeldIsHeard) {
  const HeldInterrupts held;
  kill(getpid(), SIGINT);
  EXPECT_TRUE(heard({}));
}

TEST(Interrupts, OneThatNobodyHeardIsDroppedAtTheEnd) {
  {
    const HeldInterrupts held;
    kill(getpid(), SIGINT);
  }
  sigset_t mask;
  sigprocmask(SIG_BLOCK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGINT), 0);
}

TEST(Interrupts, AreHeardAlsoWhereStderrTakesNothingMore) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const std::string much(4096, 'x');
  while (write(ends[1], much.data(), much.size()) > 0) {
  }
  const int before = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  bool was_heard = false;
  EXPECT_NO_THROW(was_heard = heard({SIGINT}));
  dup2(before, STDERR_FILENO);
  for (const int descriptor : {ends[0], ends[1], before}) close(descriptor);
  EXPECT_TRUE(was_heard);
}

Task<void> stop_oneself(asio::any_io_executor executor) {
  const Interrupts interrupts(executor, "interrupted");
  kill(getpid(), SIGTSTP);
  kill(getpid(), SIGTTOU);
  co_return;
}

bool stops_again(int number) {
  struct sigaction now = {};
  sigaction(number, nullptr, &now);
  return now.sa_handler == SIG_DFL;
}

TEST(Interrupts, NothingStopsARunFromTheTerminal) {
  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);  // SIGTSTP stops nobody in an orphaned group: ours has its parent in another one
    boost::asio::io_context context(1);
    boost::asio::co_spawn(context, stop_oneself(context.get_executor()), boost::asio::detached);
    context.run();
    _exit(stops_again(SIGTSTP) && stops_again(SIGTTOU) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  if (WIFSTOPPED(status)) kill(child, SIGKILL);
  ASSERT_TRUE(WIFEXITED(status)) << "it was stopped";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "nothing would stop it after the run";
}

TEST(Interrupts, WhatWasIgnoredFromTheStartStaysIgnored) {
  const auto before = signal(SIGHUP, SIG_IGN);
  EXPECT_TRUE(heard({SIGHUP, SIGTERM}));
  EXPECT_EQ(signal(SIGHUP, before), SIG_IGN);
}

}  // namespace
}  // namespace cutover
