#include "controller/live/hook_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "common/async/within.h"
#include "controller/commands/run_task.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_directory.h"

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

/// stderr of this process, for as long as the object lives.
class OwnStderr {
 public:
  explicit OwnStderr(int descriptor) : before_(dup(STDERR_FILENO)) {
    dup2(descriptor, STDERR_FILENO);
  }
  ~OwnStderr() {
    dup2(before_, STDERR_FILENO);
    close(before_);
  }

 private:
  int before_;
};

TEST(HookProcess, ItsOutputWaitsForRoomAlsoWhereOursNeverWaits) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  std::size_t total = 0;
  std::thread reader([&] {
    support::eventually(std::chrono::seconds(20), [&] {
      int waiting = 0;
      return ioctl(ends[0], FIONREAD, &waiting) == 0 && waiting >= 64 * 1024;
    });
    char piece[4096];
    for (auto count = read(ends[0], piece, sizeof piece); count > 0;
         count = read(ends[0], piece, sizeof piece))
      total += static_cast<std::size_t>(count);
  });
  Outcome outcome;
  {
    const OwnStderr own(ends[1]);
    outcome = run({"sh", "-c", "head -c 500000 /dev/zero; head -c 500000 /dev/zero >&2"});
    close(ends[1]);
  }
  reader.join();
  close(ends[0]);
  EXPECT_TRUE(outcome.is_done()) << outcome.detail;
  EXPECT_EQ(total, 1'000'000U);
}

TEST(HookProcess, HasTheSignalsOfAnyProgramThoughWeIgnoreSome) {
  for (const int number : {SIGPIPE, SIGTSTP, SIGTTOU}) {
    const auto before = signal(number, SIG_IGN);
    // The bit of signal n in the kernel's mask is n - 1.
    const auto outcome = run({"sh", "-c",
                              "ignored=0x$(sed -n 's/^SigIgn:[[:space:]]*//p' /proc/$$/status)\n"
                              "test $((ignored >> ($1 - 1) & 1)) = 0",
                              "hook", std::to_string(number)});
    signal(number, before);
    EXPECT_TRUE(outcome.is_done()) << strsignal(number) << ": " << outcome.detail;
  }
}

TEST(HookProcess, InheritsNoDescriptorOfTheRun) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);  // not closed by exec, as sockets of Asio are
  const auto outcome =
      run({"sh", "-c", "test ! -e /proc/$$/fd/$1", "hook", std::to_string(ends[0])});
  for (const int descriptor : ends) close(descriptor);
  EXPECT_TRUE(outcome.is_done()) << outcome.detail;
}

Task<void> until_readable(int descriptor) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::posix::stream_descriptor watched(executor, dup(descriptor));
  co_await watched.async_wait(boost::asio::posix::descriptor_base::wait_read,
                              boost::asio::use_awaitable);
}

/// As soon as there is something in `descriptor`.
Task<bool> was_cut_short(std::vector<std::string> argv, int descriptor) {
  auto hook = run_hook_process(std::move(argv), {});
  const auto outcome = co_await until(until_readable(descriptor), std::move(hook));
  co_return !outcome.has_value();
}

/// It may be a zombie until init reaps it.
bool has_ended(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/stat");
  std::string pid, command, state;
  status >> pid >> command >> state;
  return !status || state == "Z" || state == "X";
}

TEST(HookProcess, IsKilledWithItsChildrenWhenTheWaitEnds) {
  const support::TemporaryDirectory directory("hook");
  const std::string name = directory / "grandchild";
  ASSERT_EQ(mkfifo(name.c_str(), 0600), 0);
  const int fifo = open(name.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_GE(fifo, 0);
  const std::string script = "cat /dev/zero >/dev/null & echo $! >" + name + "; wait";
  ASSERT_TRUE(run_task<bool>([&](auto) { return was_cut_short({"sh", "-c", script}, fifo); }));
  char text[32] = {};
  ASSERT_GT(read(fifo, text, sizeof text - 1), 0);
  close(fifo);
  const pid_t grandchild = std::atoi(text);
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(support::eventually(std::chrono::seconds(20), [&] { return has_ended(grandchild); }));
}

}  // namespace
}  // namespace cutover
