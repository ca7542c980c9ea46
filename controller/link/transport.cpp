#include "controller/link/transport.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/async/within.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string hint_for_socket(const error_code& error) {
  if (error == boost::system::errc::permission_denied)
    return "add the user who runs this to the agent's `group`, or run it as root";
  return "see `systemctl status cutover-agent` on this host, and `socket` in its agent.toml";
}

Task<StreamResult> open_unlimited(asio::any_io_executor executor, BouncerConfig bouncer,
                                  TransportOptions options) {
  switch (bouncer.transport) {
    case Transport::libssh2:
      return open_libssh2(std::move(executor), std::move(bouncer), options);
    case Transport::openssh:
      return open_openssh(std::move(executor), std::move(bouncer), options);
    case Transport::unix_socket:
      break;
  }
  return open_unix_socket(std::move(executor), std::move(bouncer));
}

}  // namespace

std::string address_of(const BouncerConfig& bouncer) {
  if (bouncer.transport == Transport::unix_socket) return "unix://" + bouncer.socket_path;
  const bool is_ipv6 = bouncer.host.find(':') != std::string::npos;
  return fmt::format("ssh://{}{}:{}", bouncer.user.empty() ? "" : bouncer.user + "@",
                     is_ipv6 ? "[" + bouncer.host + "]" : bouncer.host, bouncer.port);
}

Task<StreamResult> open_transport(asio::any_io_executor executor, BouncerConfig bouncer,
                                  TransportOptions options) {
  const std::string address = address_of(bouncer);
  auto opening = open_unlimited(std::move(executor), std::move(bouncer), options);
  auto opened = co_await within(options.connect_limit, std::move(opening));
  if (!opened)
    co_return Error{
        fmt::format("{}: no connection within {} ms", address, options.connect_limit.count()),
        "see that the host is up, and that a firewall does not drop the packets"};
  if (!*opened) co_return within_context(address, opened->error());
  co_return std::move(*opened);
}

Task<StreamResult> open_unix_socket(asio::any_io_executor executor, BouncerConfig bouncer) {
  if (bouncer.socket_path.size() >= sizeof(sockaddr_un::sun_path))
    co_return Error{"the path is longer than a unix socket's may be"};
  const asio::local::stream_protocol::endpoint endpoint(bouncer.socket_path);
  asio::local::stream_protocol::socket socket(executor);
  constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
  const auto answer = co_await socket.async_connect(endpoint, awaited);
  const error_code error = std::get<0>(answer);
  if (error) co_return Error{error.message(), hint_for_socket(error)};
  co_return wire::stream_of_socket(executor, socket.release());
}

}  // namespace cutover
