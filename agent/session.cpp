// See session.h.
#include "agent/session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "agent/log.h"
#include "agent/sendable.h"
#include "common/async/within.h"
#include "common/base/version.h"
#include "common/wire/hello.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds write_limit{10'000};

/// What requests in flight share with the reader; lives until the last of them is answered.
struct Session {
  Session(std::unique_ptr<wire::ByteStream> bytes, std::string peer)
      : executor(bytes->executor()), stream(std::move(bytes)), writers(executor), who(peer) {}

  boost::asio::any_io_executor executor;
  wire::MessageStream stream;
  Turns writers;
  std::string who;
  std::size_t in_flight = 0;
  bool closed = false;
};

void close(Session& session, const std::string& why) {
  if (session.closed) return;
  session.closed = true;
  session.stream.close();
  log_warning("connection closed", {{"peer", session.who}, {"what", why}});
}

Task<void> answer(std::shared_ptr<Session> session, Agent& agent, proto::Request request) {
  proto::Envelope envelope;
  auto reply = co_await agent.answer(std::move(request));
  *envelope.mutable_reply() = sendable(std::move(reply));
  const auto turn = co_await session->writers.take();
  if (!session->closed) {
    auto sending = session->stream.send(std::move(envelope));
    const auto sent = co_await within(write_limit, std::move(sending));
    if (!sent) close(*session, "the peer does not read its replies");
    if (sent && sent->has_error()) close(*session, sent->error().what);
  }
  --session->in_flight;
}

/// The next request; nothing when the connection is over, which is logged unless the peer closed.
Task<std::optional<proto::Request>> next_request(std::shared_ptr<Session> session,
                                                 std::chrono::milliseconds silence) {
  auto receiving = session->stream.receive();
  auto received = co_await within(silence, std::move(receiving));
  if (!received) {
    close(*session, "nothing was heard for too long");
  } else if (received->has_error()) {
    close(*session, received->error().what);
  } else if (received->value() && !received->value()->has_request()) {
    close(*session, "a frame is no request");
  } else if (received->value()) {
    co_return std::move(*received->value()->mutable_request());
  }
  co_return std::nullopt;
}

}  // namespace

Task<void> serve_session(Agent& agent, std::unique_ptr<wire::ByteStream> bytes, std::string who,
                         SessionLimits limits) {
  const auto session = std::make_shared<Session>(std::move(bytes), who);
  const auto hello = wire::make_hello(program_version, {"probe"});
  const auto greeted = co_await wire::answer_greeting(session->stream, hello, limits.greeting);
  if (greeted.has_error()) {
    close(*session, greeted.error().what);
    co_return;
  }
  log_info("connected", {{"peer", who}, {"version", greeted.value().program_version()}});
  while (!session->closed) {
    auto request = co_await next_request(session, limits.silence);
    if (!request) break;
    if (session->in_flight >= limits.requests_at_once) {
      close(*session, "too many requests at once");
      break;
    }
    ++session->in_flight;
    auto answering = answer(session, agent, std::move(*request));
    boost::asio::co_spawn(session->executor, std::move(answering), boost::asio::detached);
  }
  if (session->closed) co_return;
  session->closed = true;
  session->stream.close();
  log_info("disconnected", {{"peer", who}});
}

}  // namespace cutover::agent
