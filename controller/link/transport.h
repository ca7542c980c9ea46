// The ways to an agent: a unix socket, ssh by libssh2, ssh by OpenSSH's client. Each gives a
// ByteStream to its `connect` side.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>

#include "common/async/task.h"
#include "common/wire/message_stream.h"
#include "controller/config/config.h"

namespace cutover {

struct TransportOptions {
  std::chrono::milliseconds connect_limit{10'000};  ///< for all of it, name resolution included
  /// A peer silent on TCP level for so long is given up; from the lease.
  std::chrono::milliseconds peer_timeout{3'000};
};

using StreamResult = Result<std::unique_ptr<wire::ByteStream>>;

/// By `bouncer.transport`. Errors say where, and hint at what helps.
Task<StreamResult> open_transport(boost::asio::any_io_executor executor, BouncerConfig bouncer,
                                  TransportOptions options);

/// These have no limit of their own but `options`'; open_transport() puts one around them.
Task<StreamResult> open_unix_socket(boost::asio::any_io_executor executor, BouncerConfig bouncer);
Task<StreamResult> open_libssh2(boost::asio::any_io_executor executor, BouncerConfig bouncer,
                                TransportOptions options);
Task<StreamResult> open_openssh(boost::asio::any_io_executor executor, BouncerConfig bouncer,
                                TransportOptions options);

/// "ssh://ubuntu@10.0.0.5:22" or "unix:///run/…", as in the configuration.
std::string address_of(const BouncerConfig& bouncer);

}  // namespace cutover
