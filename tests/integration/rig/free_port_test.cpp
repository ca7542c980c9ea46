#include "tests/support/free_port.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <set>
#include <vector>

#include "common/base/file_descriptor.h"
#include "tests/support/loopback.h"

namespace cutover::support {
namespace {

/// The side that closes first is left in TIME_WAIT for a minute.
void leave_a_connection_in_time_wait(const FreePort& port) {
  const FileDescriptor server(listen_on(port, 1));
  const FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port.number());
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0);
  FileDescriptor accepted(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ASSERT_TRUE(accepted.is_open());
  accepted.close();
  char nothing = 0;
  ASSERT_EQ(::recv(client.get(), &nothing, 1, 0), 0);
}

TEST(FreePort, NoTwoHoldersShareAPort) {
  const FreePort first;
  std::set<int> seen{first.number()};
  std::vector<FreePort> others(200);
  for (const auto& port : others) EXPECT_TRUE(seen.insert(port.number()).second);
}

TEST(FreePort, IsListenedOnWhateverItsLastServerLeftInTimeWait) {
  const FreePort port;
  leave_a_connection_in_time_wait(port);
  const FileDescriptor again(listen_on(port, 1));
  EXPECT_TRUE(again.is_open());
}

}  // namespace
}  // namespace cutover::support
