// The way to one agent: connected, greeted, called. A lost connection is opened again by the next
// call, if the options say so.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "common/async/signal.h"
#include "controller/config/config.h"
#include "controller/link/call_result.h"

namespace cutover {

class Exchange;

enum class Reconnect { never, on_next_call };

struct LinkOptions {
  std::chrono::milliseconds connect_limit{10'000};  ///< name resolution to hello, all together
  std::chrono::milliseconds peer_timeout{3'000};    ///< a dead network is noticed within; the lease
  Reconnect reconnect = Reconnect::on_next_call;
  std::chrono::milliseconds patience{2'000};  ///< with an attempt, until the agent counts as silent
  std::chrono::milliseconds silence{3'000};   ///< for which a silent agent is not tried again
};

class Link {
 public:
  Link(boost::asio::any_io_executor executor, BouncerConfig bouncer, LinkOptions options = {});
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  /// Closes; calls in flight end as sent.
  ~Link();

  /// Opens the connection if there is none, or it was lost.
  Task<Result<void>> connect();
  /// The same for at most `limit`. After an attempt that met silence, not a refusal, connections
  /// and calls fail at once for a while: one host that is gone must not hold up, call by call, what
  /// the others wait for.
  Task<Result<void>> connect_within(std::chrono::milliseconds limit);
  /// Never connected or lost: opened first, if the options allow, within `limit` too. A call that
  /// met silence does not keep the next one from trying: in a run each of them may be the one that
  /// gets through.
  Task<CallResult<proto::Reply>> call(proto::Request request, std::chrono::milliseconds limit);
  /// One empty round trip, measured.
  Task<CallResult<std::chrono::microseconds>> ping(std::chrono::milliseconds limit);
  void close();

  bool is_connected() const;
  const std::string& name() const { return bouncer_.name; }
  /// The agent's hello; empty before the first connection.
  const proto::Hello& peer() const { return peer_; }

 private:
  Task<Result<void>> connect_unless_silent(std::chrono::milliseconds limit);
  Task<Result<void>> open();
  std::optional<Error> not_usable() const;

  boost::asio::any_io_executor executor_;
  BouncerConfig bouncer_;
  LinkOptions options_;
  Lock opening_;
  std::chrono::steady_clock::time_point silent_until_{};
  std::shared_ptr<Exchange> exchange_;
  proto::Hello peer_;
};

}  // namespace cutover
