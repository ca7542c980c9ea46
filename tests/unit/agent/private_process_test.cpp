// A process that the agent starts for itself.
#include "agent/private_process.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cutover::agent
