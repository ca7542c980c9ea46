// A process that the agent starts for itself.
#include "agent/private_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "tests/support/eventually.h"
#include "tests/support/temporary_directory.h"

namespace cutover::agent {
namespace {

TEST(PrivateProcess, DoesNotReportToOurSupervisorInOurPlace) {
  ::setenv("NOTIFY_SOCKET", "/run/notify", 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  const support::TemporaryDirectory directory("private");
  const std::string log = directory / "log";
  auto process = PrivateProcess::start({"env"}, "", log);
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("WATCHDOG_USEC");
  ASSERT_TRUE(process) << process.error().what;
  ASSERT_TRUE(
      support::eventually(std::chrono::seconds(20), [&] { return !process->is_running(); }));
  const auto environment = support::read_file(log);
  EXPECT_NE(environment.find("PATH="), std::string::npos);
  EXPECT_EQ(environment.find("NOTIFY_SOCKET"), std::string::npos);
  EXPECT_EQ(environment.find("WATCHDOG_USEC"), std::string::npos);
}

TEST(PrivateProcess, InheritsNoDescriptorOfTheAgent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);  // not closed by exec, as sockets of Asio are
  const support::TemporaryDirectory directory("private");
  const std::string log = directory / "log";
  auto process =
      PrivateProcess::start({"sh", "-c", "test -e /proc/$$/fd/$0 && echo inherited || echo closed",
                             std::to_string(ends[0])},
                            "", log);
  for (const int descriptor : ends) ::close(descriptor);
  ASSERT_TRUE(process) << process.error().what;
  ASSERT_TRUE(
      support::eventually(std::chrono::seconds(20), [&] { return !process->is_running(); }));
  EXPECT_EQ(support::read_file(log), "closed\n");
}

}  // namespace
}  // namespace cutover::agent
