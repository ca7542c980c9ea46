#include "controller/link/exchange.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "common/async/within.h"

namespace cutover {

/// Takes a call out of the table however it ends. Half a frame on the wire leaves the connection
/// unusable.
class Exchange::Registration {
 public:
  Registration(Exchange& exchange, std::uint64_t id, std::shared_ptr<Pending> pending)
      : exchange_(exchange), id_(id), pending_(pending) {
    exchange_.pending_.emplace(id_, std::move(pending));
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration() {
    exchange_.pending_.erase(id_);
    if (pending_->progress == Progress::writing)
      exchange_.end({"a request could not be written in time"});
  }

 private:
  Exchange& exchange_;
  std::uint64_t id_;
  std::shared_ptr<Pending> pending_;
};

Exchange::Exchange(std::unique_ptr<wire::MessageStream> stream)
    : stream_(std::move(stream)), writing_(stream_->executor()) {}

void Exchange::start() {
  boost::asio::co_spawn(stream_->executor(), read_replies(shared_from_this()),
                        boost::asio::detached);
}

Task<CallResult<proto::Reply>> Exchange::call(proto::Request request,
                                              std::chrono::milliseconds limit) {
  const auto self = shared_from_this();
  if (over_) co_return CallFailure{*over_, false};
  request.set_id(next_id_++);
  if (request.ByteSizeLong() + 16 > wire::max_frame_bytes)
    co_return CallFailure{{"the request is larger than a frame may be"}, false};
  const auto pending = std::make_shared<Pending>(stream_->executor());
  const Registration registration(*this, request.id(), pending);
  auto performing = perform(std::move(request), pending);
  const bool in_time = co_await within(limit, std::move(performing));
  if (pending->reply) co_return std::move(*pending->reply);
  co_return failure_of(*pending, in_time, limit);
}

Task<void> Exchange::perform(proto::Request request, std::shared_ptr<Pending> pending) {
  auto turn = co_await writing_.acquire();
  if (over_) co_return;
  pending->progress = Progress::writing;
  proto::Envelope envelope;
  *envelope.mutable_request() = std::move(request);
  const auto sent = co_await stream_->send(std::move(envelope));
  if (!sent) co_return;
  pending->progress = Progress::written;
  turn.release();
  while (!pending->reply && !over_) co_await pending->changed.wait();
}

CallFailure Exchange::failure_of(const Pending& pending, bool in_time,
                                 std::chrono::milliseconds limit) const {
  const bool sent = pending.progress != Progress::waiting;
  if (in_time && over_) return {*over_, sent};
  if (in_time) return {{"the connection broke while a request was written"}, sent};
  return {{fmt::format("no answer within {} ms", limit.count())}, sent};
}

void Exchange::end(Error reason) {
  if (over_) return;
  over_ = std::move(reason);
  stream_->close();
  for (const auto& [id, pending] : pending_) pending->changed.wake();
}

Task<void> Exchange::read_replies(std::shared_ptr<Exchange> self) {
  while (!self->over_) {
    auto received = co_await self->stream_->receive();
    if (!received)
      self->end(self->ended_by_peer(received.error()));
    else if (!*received)
      self->end(self->ended_by_peer({"the agent closed the connection"}));
    else
      self->take(std::move(**received));
  }
}

Error Exchange::ended_by_peer(Error how) const {
  const std::string diagnosis = stream_->diagnosis();
  if (!diagnosis.empty()) how.what += ": " + diagnosis;
  return how;
}

void Exchange::take(proto::Envelope envelope) {
  if (envelope.has_reply())
    take_reply(std::move(*envelope.mutable_reply()));
  else
    end({"the agent sent something that is no reply"});
}

void Exchange::take_reply(proto::Reply reply) {
  if (reply.id() == 0) return end({"the agent ended it: " + reply.what(), reply.hint()});
  if (reply.id() >= next_id_) return end({"the agent answered a request it was never sent"});
  const auto found = pending_.find(reply.id());
  if (found == pending_.end()) return;  // its caller has given up
  found->second->reply = std::move(reply);
  found->second->changed.wake();
}

}  // namespace cutover
