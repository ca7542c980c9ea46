#include "controller/link/link.h"

#include <fmt/format.h>

#include "common/async/within.h"
#include "common/base/version.h"
#include "common/wire/hello.h"
#include "controller/link/exchange.h"
#include "controller/link/transport.h"

namespace cutover {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

milliseconds left_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
  return std::max(left, milliseconds(1));
}

}  // namespace

Link::Link(boost::asio::any_io_executor executor, BouncerConfig bouncer, LinkOptions options)
    : executor_(std::move(executor)),
      bouncer_(std::move(bouncer)),
      options_(options),
      opening_(executor_) {}

Link::~Link() {
  close();
}

void Link::close() {
  if (exchange_) exchange_->end({"the connection was closed on this side"});
}

bool Link::is_connected() const {
  return exchange_ && !exchange_->is_over();
}

Task<Result<void>> Link::connect() {
  const auto turn = co_await opening_.acquire();
  if (is_connected()) co_return Result<void>();
  auto opened = co_await open();
  co_return opened;
}

Task<Result<void>> Link::connect_within(milliseconds limit) {
  const auto begun = Clock::now();
  auto connected = co_await connect_unless_silent(limit);
  if (!connected && Clock::now() - begun >= options_.patience)
    silent_until_ = Clock::now() + options_.silence;
  co_return connected;
}

Task<Result<void>> Link::connect_unless_silent(milliseconds limit) {
  if (Clock::now() < silent_until_)
    co_return Error{address_of(bouncer_) + ": it did not answer a moment ago"};
  auto attempt = connect();
  auto connected = co_await within(limit, std::move(attempt));
  if (connected) co_return std::move(*connected);
  co_return Error{
      fmt::format("{}: no connection within {} ms", address_of(bouncer_), limit.count())};
}

Task<Result<void>> Link::open() {
  const auto deadline = Clock::now() + options_.connect_limit;
  const TransportOptions transport{options_.connect_limit, options_.peer_timeout};
  auto stream = co_await open_transport(executor_, bouncer_, transport);
  if (!stream) co_return stream.error();
  auto messages = std::make_unique<wire::MessageStream>(std::move(*stream));
  auto mine = wire::make_hello(program_version);
  auto hello = co_await wire::greet(*messages, std::move(mine), left_until(deadline));
  if (!hello) {
    messages->close();
    co_return within_context(address_of(bouncer_), hello.error());
  }
  peer_ = std::move(*hello);
  exchange_ = std::make_shared<Exchange>(std::move(messages));
  exchange_->start();
  co_return Result<void>();
}

std::optional<Error> Link::not_usable() const {
  if (is_connected() || options_.reconnect == Reconnect::on_next_call) return std::nullopt;
  if (!exchange_) return Error{"not connected"};
  return within_context("not connected", *exchange_->why_over());
}

Task<CallResult<proto::Reply>> Link::call(proto::Request request, milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  if (const auto error = not_usable()) co_return CallFailure{*error, false};
  if (!is_connected()) {
    const auto connected = co_await connect_unless_silent(limit);
    if (!connected) co_return CallFailure{connected.error(), false};
  }
  const auto exchange = exchange_;
  auto reply = co_await exchange->call(std::move(request), left_until(deadline));
  co_return reply;
}

Task<CallResult<std::chrono::microseconds>> Link::ping(milliseconds limit) {
  proto::Request request;
  request.mutable_ping();
  const auto begun = Clock::now();
  const auto reply = co_await call(std::move(request), limit);
  if (!reply) co_return reply.error();
  const auto taken = Clock::now() - begun;
  if (reply->outcome() != proto::DONE)
    co_return CallFailure{{"the agent refused a ping: " + reply->what(), reply->hint()}, true};
  co_return std::chrono::duration_cast<std::chrono::microseconds>(taken);
}

}  // namespace cutover
