#include "common/wire/hello.h"

#include <fmt/format.h>

#include "common/async/within.h"

namespace cutover::wire {
namespace {

constexpr const char* same_version_hint =
    "install the same version of cutover and cutover-agent on both hosts";

Error other_version(const proto::Hello& peer) {
  return {fmt::format("the peer (version {}) speaks protocol {}, this side speaks {}",
                      peer.program_version().empty() ? "unknown" : peer.program_version(),
                      peer.protocol_version(), protocol_version),
          same_version_hint};
}

proto::Envelope in_envelope(proto::Hello hello) {
  proto::Envelope envelope;
  *envelope.mutable_hello() = std::move(hello);
  return envelope;
}

proto::Envelope refusal(const Error& error) {
  proto::Envelope envelope;
  envelope.mutable_reply()->set_outcome(proto::REFUSED);
  envelope.mutable_reply()->set_what(error.what);
  envelope.mutable_reply()->set_hint(error.hint);
  return envelope;
}

Error ended_early(const MessageStream& stream, const std::string& how) {
  const std::string diagnosis = stream.diagnosis();
  return {"no hello: " + how + (diagnosis.empty() ? "" : ": " + diagnosis)};
}

Task<Result<proto::Hello>> receive_hello(MessageStream& stream) {
  auto received = co_await stream.receive();
  if (!received)
    co_return Error{ended_early(stream, received.error().what).what, received.error().hint};
  if (!*received) co_return ended_early(stream, "the peer closed the connection");
  const proto::Envelope& envelope = **received;
  if (envelope.has_reply())
    co_return Error{"the peer refused: " + envelope.reply().what(), envelope.reply().hint()};
  if (!envelope.has_hello()) co_return Error{"the peer's first message is no hello"};
  co_return envelope.hello();
}

Task<Result<proto::Hello>> greet_unlimited(MessageStream& stream, proto::Hello mine) {
  auto envelope = in_envelope(std::move(mine));
  const auto sent = co_await stream.send(std::move(envelope));
  // A peer that closed at once has often said why: reading finds that, the write error does not.
  auto peer = co_await receive_hello(stream);
  if (!peer) co_return peer;
  if (!sent) co_return sent.error();
  if (peer->protocol_version() != protocol_version) co_return other_version(*peer);
  co_return peer;
}

Task<Result<proto::Hello>> answer_unlimited(MessageStream& stream, proto::Hello mine) {
  auto peer = co_await receive_hello(stream);
  if (!peer) co_return peer;
  if (peer->protocol_version() != protocol_version) {
    const Error error = other_version(*peer);
    auto reply = refusal(error);
    co_await stream.send(std::move(reply));
    co_return error;
  }
  auto envelope = in_envelope(std::move(mine));
  const auto sent = co_await stream.send(std::move(envelope));
  if (!sent) co_return sent.error();
  co_return peer;
}

Task<Result<proto::Hello>> limited(Task<Result<proto::Hello>> task,
                                   std::chrono::milliseconds limit) {
  auto result = co_await within(limit, std::move(task));
  if (result) co_return std::move(*result);
  co_return Error{fmt::format("the peer sent no hello within {} ms", limit.count())};
}

}  // namespace

Task<Result<proto::Hello>> greet(MessageStream& stream, proto::Hello mine,
                                 std::chrono::milliseconds limit) {
  return limited(greet_unlimited(stream, std::move(mine)), limit);
}

Task<Result<proto::Hello>> answer_greeting(MessageStream& stream, proto::Hello mine,
                                           std::chrono::milliseconds limit) {
  return limited(answer_unlimited(stream, std::move(mine)), limit);
}

proto::Hello make_hello(std::string program_version, std::vector<std::string> capabilities) {
  proto::Hello hello;
  hello.set_protocol_version(protocol_version);
  hello.set_program_version(std::move(program_version));
  for (auto& capability : capabilities) hello.add_capabilities(std::move(capability));
  return hello;
}

}  // namespace cutover::wire
