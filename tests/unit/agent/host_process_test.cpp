// Which process is the PgBouncer behind a socket.
#include "agent/host_process.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/file_descriptor.h"
#include "tests/support/temporary_directory.h"

namespace cutover::agent {
namespace {

class FoundProcess : public testing::Test {
 protected:
  FoundProcess() : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = directory_ / ".s.PGSQL.6432";
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), plain, sizeof address), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
  }
  pid_t found(const std::string& pidfile_text) {
    const std::string pidfile = directory_ / "pid";
    support::write_file(pidfile, pidfile_text);
    const auto process = find_process("host=" + directory_.path().string() + " port=6432", pidfile);
    return process ? process->pid : 0;
  }

  support::TemporaryDirectory directory_{"p"};
  FileDescriptor socket_;
};

/// With socket activation whoever called listen() is the service manager.
TEST_F(FoundProcess, IsTheOneOfItsPidfileWhoeverListens) {
  EXPECT_EQ(found(std::to_string(::getppid()) + "\n"), ::getppid());
}

TEST_F(FoundProcess, IsTheListenerWhereThePidfileNamesNobody) {
  EXPECT_EQ(found(""), ::getpid());
  EXPECT_EQ(found("999999999\n"), ::getpid());
}

}  // namespace
}  // namespace cutover::agent
