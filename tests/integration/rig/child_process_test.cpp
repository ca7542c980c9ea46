// What a test starts is waited for with a limit, prints into files, and never outlives the test.
#include "tests/support/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <optional>
#include <sstream>
#include <thread>

#include "tests/support/eventually.h"
#include "tests/support/process_list.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

bool is_alive(pid_t pid) {
  return !is_gone(pid);
}

TEST(ChildProcess, OutputErrorsAndExitCodeAreSeen) {
  const Finished finished = run_program({.argv = {"sh", "-c", "cat; echo \"$WORD\" >&2; exit 7"},
                                         .environment = {{"WORD", "away"}},
                                         .input = "hello"});
  EXPECT_EQ(finished.exit_code, 7);
  EXPECT_EQ(finished.output, "hello");
  EXPECT_EQ(finished.errors, "away\n");
}

TEST(ChildProcess, AWaitEndsAtItsLimit) {
  ChildProcess child({.argv = {"sleep", "600"}});
  EXPECT_EQ(child.wait(20ms), std::nullopt);
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait(5s), 128 + SIGTERM);
}

TEST(ChildProcess, AProgramThatIsNotThereIsAnError) {
  EXPECT_THROW(ChildProcess({.argv = {"/no/such/program"}}), std::runtime_error);
}

TEST(ChildProcess, ItsDescendantsEndWithIt) {
  pid_t grandchild = 0;
  {
    ChildProcess child({.argv = {"sh", "-c", "sleep 600 & echo $!; wait"}});
    ASSERT_TRUE(eventually(5s, [&] { return child.output().ends_with("\n"); }));
    grandchild = std::stoi(child.output());
    EXPECT_TRUE(is_alive(grandchild));
  }
  EXPECT_TRUE(eventually(5s, [&] { return !is_alive(grandchild); }));
}

TEST(ChildProcess, ItSurvivesTheThreadThatStartedIt) {
  std::optional<ChildProcess> child;
  std::thread([&] { child.emplace(ChildOptions{.argv = {"sleep", "600"}}); }).join();
  EXPECT_EQ(child->wait(100ms), std::nullopt);
}

TEST(TemporaryDirectory, OneOfADeadProcessIsSweptAndOneOfALivingIsNot) {
  const TemporaryDirectory mine("keep");
  const pid_t dead = [] {
    ChildProcess child({.argv = {"true"}});
    child.wait(5s);
    return child.pid();
  }();
  const fs::path stale =
      fs::temp_directory_path() / ("cutover-test." + std::to_string(dead) + ".1.d0");
  fs::create_directories(stale / "deep");
  sweep_stale_directories();
  EXPECT_FALSE(fs::exists(stale));
  EXPECT_TRUE(fs::exists(mine.path()));
}

TEST(Rig, NothingOutlivesAKilledTest) {
  pid_t postmaster = 0;
  pid_t pgbouncer = 0;
  pid_t sleeper = 0;
  std::string data;
  {
    ChildProcess maker({.argv = {RIG_ORPHAN_MAKER}});
    ASSERT_TRUE(eventually(60s, [&] { return maker.output().ends_with("\n"); })) << maker.errors();
    std::istringstream(maker.output()) >> data >> pgbouncer >> sleeper;
    std::istringstream(read_file(fs::path(data) / "postmaster.pid")) >> postmaster;
    for (const pid_t pid : {postmaster, pgbouncer, sleeper}) ASSERT_TRUE(is_alive(pid)) << pid;
    maker.signal(SIGKILL);
    maker.wait(5s);
  }
  for (const pid_t pid : {postmaster, pgbouncer, sleeper})
    EXPECT_TRUE(eventually(10s, [&] { return !is_alive(pid); })) << pid;
  sweep_stale_directories();
  EXPECT_FALSE(fs::exists(data));
}

}  // namespace
}  // namespace cutover::support
