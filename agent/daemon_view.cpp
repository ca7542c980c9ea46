// See daemon_view.h.
#include "agent/daemon_view.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/this_coro.hpp>
#include <cstring>

#include "agent/unix_connect.h"
#include "common/base/version.h"
#include "common/wire/hello.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds patience{2000};

/// Who called listen(), not who answers.
std::optional<uid_t> listener(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
}

}  // namespace

Task<DaemonView> look_at_daemon(std::string socket) {
  DaemonView view;
  view.socket = socket;
  // Where nobody takes the connection at once, that is the answer.
  const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int failure = connect_to(connection, socket);
  if (failure != 0) {
    ::close(connection);
    view.problem = std::strerror(failure);
    co_return view;
  }
  view.user = listener(connection);
  const auto executor = co_await boost::asio::this_coro::executor;
  wire::MessageStream stream(wire::stream_of_socket(executor, connection));
  const auto hello = wire::make_hello(program_version);
  const auto greeted = co_await wire::greet(stream, hello, patience);
  if (greeted.has_error()) view.silence = greeted.error().what;
  if (greeted.has_value()) view.version = greeted.value().program_version();
  stream.close();
  co_return view;
}

}  // namespace cutover::agent
