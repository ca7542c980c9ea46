// `cutover-agent connect`: bytes from stdin to the socket and from the socket to stdout.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>

#include "agent/commands.h"
#include "agent/unix_connect.h"
#include "common/base/file_descriptor.h"

namespace cutover::agent {
namespace {

/// One direction of the bridge. Reads only when everything read before is written.
class Pipe {
 public:
  Pipe(int from, int to) : from_(from), to_(to) {}

  pollfd wanted() const {
    return begin_ < end_ ? pollfd{to_, POLLOUT, 0} : pollfd{from_, POLLIN, 0};
  }
  /// False when either side is closed.
  bool move() { return begin_ < end_ ? write_some() : read_some(); }

 private:
  bool read_some() {
    const ssize_t count = ::read(from_, buffer_.data(), buffer_.size());
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    begin_ = 0;
    end_ = static_cast<std::size_t>(count);
    return count > 0;
  }
  bool write_some() {
    const ssize_t count = ::write(to_, buffer_.data() + begin_, end_ - begin_);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    begin_ += static_cast<std::size_t>(count);
    return true;
  }

  int from_;
  int to_;
  std::array<char, 65536> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

void bridge(int socket) {
  Pipe up(STDIN_FILENO, socket);
  Pipe down(socket, STDOUT_FILENO);
  while (true) {
    std::array<pollfd, 2> waiting = {up.wanted(), down.wanted()};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    if (waiting[1].revents != 0 && !down.move()) return;
    if (waiting[0].revents != 0 && !up.move()) return;
  }
}

const char* hint_for(int failure) {
  if (failure == EACCES) return "join the group that `group` in agent.toml names, and log in again";
  return "start the agent: systemctl start cutover-agent";
}

}  // namespace

int run_connect(const std::string& socket) {
  std::signal(SIGPIPE, SIG_IGN);
  const FileDescriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int failure = connect_to(connection.get(), socket);
  if (failure != 0) {
    std::cerr << "cannot connect to the agent at " << socket << ": " << std::strerror(failure)
              << "\nhint: " << hint_for(failure) << "\n";
    return 1;
  }
  bridge(connection.get());
  return 0;
}

}  // namespace cutover::agent
