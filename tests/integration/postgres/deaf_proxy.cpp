#include "tests/integration/postgres/deaf_proxy.h"

#include <linux/filter.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/support/loopback.h"

namespace cutover::postgres {
namespace {

bool readable(int socket) {
  pollfd poll{socket, POLLIN, 0};
  return ::poll(&poll, 1, 5) > 0;
}

}  // namespace

DeafProxy::DeafProxy(std::uint16_t server_port)
    : server_port_(server_port), listener_(support::listen_on(port_, 1)) {
  thread_ = std::thread([this] { forward(); });
}

DeafProxy::~DeafProxy() {
  ending_ = true;
  thread_.join();
  close(listener_);
}

void DeafProxy::play_dead() {
  sock_filter drop = {BPF_RET | BPF_K, 0, 0, 0};
  sock_fprog program = {1, &drop};
  if (setsockopt(client_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
    throw std::runtime_error("the proxy cannot play dead");
}

bool DeafProxy::pass(int from, int to) const {
  char bytes[4096];
  if (!readable(from)) return true;
  const auto got = recv(from, bytes, sizeof bytes, 0);
  return got > 0 && send(to, bytes, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
}

void DeafProxy::forward() {
  while (!ending_ && !readable(listener_)) {
  }
  if (ending_) return;
  client_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = support::loopback(server_port_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    while (!ending_ && pass(client_, server) && pass(server, client_)) {
    }
  close(server);
  close(client_);
}

}  // namespace cutover::postgres
