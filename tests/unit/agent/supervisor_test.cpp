// What systemd hears from the agent.
#include "agent/supervisor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <cstring>

#include "common/base/file_descriptor.h"
#include "tests/support/temporary_directory.h"

namespace cutover::agent {
namespace {

using namespace std::chrono_literals;

/// systemd's end of the socket; the variables are gone with it.
class Supervisor {
 public:
  Supervisor() : directory_("notify"), socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    const std::string path = directory_ / "socket";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), plain, sizeof address), 0);
    const timeval patience{10, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Supervisor() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  std::string next() const {
    char text[100] = {};
    const auto size = ::recv(socket_.get(), text, sizeof text, 0);
    return size < 0 ? "nothing came" : std::string(text, static_cast<std::size_t>(size));
  }

  bool was_told() const {
    char first = 0;
    return ::recv(socket_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
  }

 private:
  support::TemporaryDirectory directory_;
  FileDescriptor socket_;
};

TEST(Supervisor, HearsWhatItIsTold) {
  const Supervisor supervisor;
  tell_supervisor("READY=1");
  EXPECT_EQ(supervisor.next(), "READY=1");
}

TEST(Supervisor, GetsSignsOfLifeWhileTheLoopTurns) {
  const Supervisor supervisor;
  ::setenv("WATCHDOG_USEC", "60000", 1);
  boost::asio::io_context context;
  boost::asio::co_spawn(context, give_signs_of_life(), boost::asio::detached);
  while (!supervisor.was_told()) ASSERT_GT(context.run_one_for(5s), 0U);
  EXPECT_EQ(supervisor.next(), "WATCHDOG=1");
  while (!supervisor.was_told()) ASSERT_GT(context.run_one_for(5s), 0U);
  EXPECT_EQ(supervisor.next(), "WATCHDOG=1");
}

TEST(Supervisor, IsNotAnsweredWhenItWatchesAnotherProcess) {
  const Supervisor supervisor;
  ::setenv("WATCHDOG_USEC", "60000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_FALSE(watchdog_limit());
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(watchdog_limit(), 60ms);
}

TEST(Supervisor, ThatDoesNotExistIsNotTold) {
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("WATCHDOG_USEC");
  tell_supervisor("READY=1");
  EXPECT_FALSE(watchdog_limit());
}

}  // namespace
}  // namespace cutover::agent
