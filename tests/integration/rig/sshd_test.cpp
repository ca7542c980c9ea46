// The sshd of the tests lets in whom it should, runs what it should, and can be cut off.
#include "tests/support/sshd_server.h"

#include <gtest/gtest.h>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

ChildOptions ssh(const SshdServer& server, const fs::path& known_hosts,
                 const std::string& command) {
  return {.argv = {"ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
                   "-o", "UserKnownHostsFile=" + known_hosts.string(), "-i",
                   server.identity().string(), "-p", std::to_string(server.port()),
                   server.user() + "@127.0.0.1", command}};
}

TEST(SshdServer, RunsWhatIsAskedFor) {
  const SshdServer server;
  EXPECT_EQ(run_or_throw(ssh(server, server.known_hosts(), "echo hello"), 20s), "hello\n");
}

TEST(SshdServer, AForcedCommandRunsInstead) {
  const SshdServer server({.forced_command = "echo forced"});
  EXPECT_EQ(run_or_throw(ssh(server, server.known_hosts(), "echo hello"), 20s), "forced\n");
}

TEST(SshdServer, AWrongHostKeyIsRefused) {
  const SshdServer server;
  const Finished finished = run_program(ssh(server, server.wrong_known_hosts(), "true"), 20s);
  EXPECT_EQ(finished.exit_code, 255) << finished.errors;
}

TEST(SshdServer, CuttingConnectionsEndsSessionsAndTheNextOneWorks) {
  SshdServer server;
  ChildProcess session(ssh(server, server.known_hosts(), "echo up; exec sleep 600"));
  ASSERT_TRUE(eventually(20s, [&] { return session.output() == "up\n"; })) << session.errors();
  server.cut_connections();
  EXPECT_EQ(session.wait(10s), 255);
  EXPECT_EQ(run_or_throw(ssh(server, server.known_hosts(), "echo hello"), 20s), "hello\n");
}

}  // namespace
}  // namespace cutover::support
