// Requests and replies over one connection: many calls in flight, each matched with its reply by
// id. When the connection is lost, every call in flight ends as sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "common/async/signal.h"
#include "common/wire/message_stream.h"
#include "controller/link/call_result.h"

namespace cutover {

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  /// `stream` has its hellos behind it.
  explicit Exchange(std::unique_ptr<wire::MessageStream> stream);
  /// Begins to read replies, until the end of the connection.
  void start();
  /// The id of `request` is set here. A reply that comes after `limit` is dropped.
  Task<CallResult<proto::Reply>> call(proto::Request request, std::chrono::milliseconds limit);
  /// Closes the connection; calls in flight fail with `reason`. The first reason stays.
  void end(Error reason);
  bool is_over() const { return over_.has_value(); }
  const std::optional<Error>& why_over() const { return over_; }

 private:
  enum class Progress { waiting, writing, written };
  struct Pending {
    explicit Pending(const boost::asio::any_io_executor& executor) : changed(executor) {}
    Progress progress = Progress::waiting;
    std::optional<proto::Reply> reply;
    Signal changed;
  };
  class Registration;

  static Task<void> read_replies(std::shared_ptr<Exchange> self);
  Task<void> perform(proto::Request request, std::shared_ptr<Pending> pending);
  void take(proto::Envelope envelope);
  void take_reply(proto::Reply reply);
  Error ended_by_peer(Error how) const;
  CallFailure failure_of(const Pending& pending, bool in_time,
                         std::chrono::milliseconds limit) const;

  std::unique_ptr<wire::MessageStream> stream_;
  Lock writing_;
  std::map<std::uint64_t, std::shared_ptr<Pending>> pending_;
  std::uint64_t next_id_ = 1;
  std::optional<Error> over_;
};

}  // namespace cutover
