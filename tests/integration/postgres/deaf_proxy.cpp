#include "tests/integration/postgres/deaf_proxy.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace cutover::postgres {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int tcp_socket() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw std::runtime_error("no socket");
  return socket;
}

bool readable(int socket) {
  pollfd poll{socket, POLLIN, 0};
  return ::poll(&poll, 1, 5) > 0;
}

}  // namespace

DeafProxy::DeafProxy(std::uint16_t server_port)
    : server_port_(server_port), listener_(tcp_socket()) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 1) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the proxy cannot listen");
  port_ = ntohs(address.sin_port);
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
  const int server = tcp_socket();
  const auto address = loopback(server_port_);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    while (!ending_ && pass(client_, server) && pass(server, client_)) {
    }
  close(server);
  close(client_);
}

}  // namespace cutover::postgres
