// A TCP connection to a host by name or address, whose silent peer is noticed in a given time.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "common/async/task.h"
#include "common/base/result.h"

namespace cutover {

struct TcpOptions {
  std::chrono::milliseconds connect_limit{10'000};
  std::chrono::milliseconds peer_timeout{3'000};
};

using TcpResult = Result<std::unique_ptr<boost::asio::ip::tcp::socket>>;

/// Tries every address of `host` in turn, each with its share of the time. Never waits for a slow
/// resolver longer than it is allowed to.
Task<TcpResult> connect_tcp(boost::asio::any_io_executor executor, std::string host,
                            std::uint16_t port, TcpOptions options);

}  // namespace cutover
