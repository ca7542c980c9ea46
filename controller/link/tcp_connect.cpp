#include "controller/link/tcp_connect.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <vector>

#include "common/async/signal.h"
#include "common/async/within.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr const char* unreachable_hint =
    "see that the host is up, sshd listens on this port, and no firewall is between";

/// What the resolver's thread leaves behind. Shared, since it cannot be interrupted: who asked may
/// be gone when it answers.
struct Resolution {
  explicit Resolution(const asio::any_io_executor& executor)
      : resolver(executor), changed(executor) {}
  tcp::resolver resolver;
  Signal changed;
  std::optional<error_code> outcome;
  std::vector<tcp::endpoint> endpoints;
};

Task<Result<std::vector<tcp::endpoint>>> resolve(asio::any_io_executor executor, std::string host,
                                                 std::uint16_t port) {
  error_code not_literal;
  const auto address = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return std::vector<tcp::endpoint>(1, tcp::endpoint(address, port));

  const auto resolution = std::make_shared<Resolution>(executor);
  resolution->resolver.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service,
      [resolution](const error_code& error, const tcp::resolver::results_type& results) {
        for (const auto& result : results) resolution->endpoints.push_back(result.endpoint());
        resolution->outcome = error;
        resolution->changed.wake();
      });
  while (!resolution->outcome) co_await resolution->changed.wait();
  if (*resolution->outcome)
    co_return Error{
        fmt::format("host name {} is not known: {}", host, resolution->outcome->message()),
        "write the host's address, or add its name to /etc/hosts"};
  co_return std::move(resolution->endpoints);
}

void set(int descriptor, int level, int option, int value) {
  ::setsockopt(descriptor, level, option, &value, sizeof value);
}

/// Best effort: a kernel without one of these still has the limits of every call.
void notice_a_dead_peer(tcp::socket& socket, milliseconds timeout) {
  const int descriptor = socket.native_handle();
  const int idle = std::max(1, static_cast<int>(timeout.count() / 3000));
  set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, idle);
  set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, idle);
  set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(timeout.count()));
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

Task<error_code> connect_to(tcp::socket& socket, tcp::endpoint endpoint) {
  constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
  const auto answer = co_await socket.async_connect(endpoint, awaited);
  co_return std::get<0>(answer);
}

Task<error_code> try_endpoint(tcp::socket& socket, tcp::endpoint endpoint, milliseconds limit) {
  error_code error;
  socket.open(endpoint.protocol(), error);
  if (error) co_return error;
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  const auto connected = co_await within(limit, connect_to(socket, endpoint));
  co_return connected ? *connected : error_code(asio::error::timed_out);
}

}  // namespace

Task<TcpResult> connect_tcp(asio::any_io_executor executor, std::string host, std::uint16_t port,
                            TcpOptions options) {
  const auto deadline = Clock::now() + options.connect_limit;
  const auto endpoints = co_await resolve(executor, host, port);
  if (!endpoints) co_return endpoints.error();
  std::string failures;
  for (std::size_t i = 0; i < endpoints->size(); ++i) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    const auto share = left / static_cast<int>(endpoints->size() - i);
    auto socket = std::make_unique<tcp::socket>(executor);
    const auto error = co_await try_endpoint(*socket, (*endpoints)[i], share);
    if (!error) {
      notice_a_dead_peer(*socket, options.peer_timeout);
      co_return std::move(socket);
    }
    if (!failures.empty()) failures += ", ";
    failures += (*endpoints)[i].address().to_string() + " " + error.message();
  }
  co_return Error{fmt::format("cannot connect to port {}: {}", port, failures), unreachable_hint};
}

}  // namespace cutover
