// An agent by script on a unix socket: what it answers, and how it misbehaves.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/wire/hello.h"
#include "controller/config/config.h"
#include "tests/support/temporary_directory.h"

namespace cutover {

enum class Reaction { answer, hold, close, garbage, half_a_frame, foreign_id, no_reply, farewell };

class FakeAgent {
 public:
  FakeAgent(boost::asio::io_context& context, std::string path)
      : path_(std::move(path)), context_(context), acceptor_(context) {
    listen();
  }
  FakeAgent(const FakeAgent&) = delete;
  FakeAgent& operator=(const FakeAgent&) = delete;
  ~FakeAgent() { stop(); }

  std::function<Reaction(const proto::Request&)> react = [](const auto&) {
    return Reaction::answer;
  };
  std::function<void(const proto::Request&, proto::Reply&)> fill = [](const auto&, auto&) {};
  bool closes_before_hello = false;
  bool stops_reading_after_hello = false;
  std::uint32_t speaks_version = wire::protocol_version;
  std::vector<proto::Request> heard;
  int connections = 0;

  void listen() {
    std::filesystem::remove(path_);
    acceptor_ = {context_, boost::asio::local::stream_protocol::endpoint(path_)};
    boost::asio::co_spawn(context_, accept(), boost::asio::detached);
  }
  void stop_listening() { acceptor_.close(); }
  void stop() {
    stop_listening();
    drop_connections();
    std::filesystem::remove(path_);
  }
  void drop_connections() {
    for (const auto& stream : streams_) stream->close();
    streams_.clear();
  }
  /// Answers, late, what it held back.
  void answer_held() {
    for (auto& [stream, request] : held_) send(stream, reply_to(request));
    held_.clear();
  }
  BouncerConfig bouncer(const std::string& name = "bouncer-1") const {
    BouncerConfig config;
    config.name = name;
    config.socket_path = path_;
    return config;
  }

 private:
  using Stream = std::shared_ptr<wire::MessageStream>;

  Task<void> accept() {
    while (acceptor_.is_open()) {
      auto socket = co_await acceptor_.async_accept(boost::asio::use_awaitable);
      ++connections;
      auto bytes = wire::stream_of_socket(context_.get_executor(), socket.release());
      wire::ByteStream* const raw = bytes.get();
      auto stream = std::make_shared<wire::MessageStream>(std::move(bytes));
      streams_.push_back(stream);
      boost::asio::co_spawn(context_, serve(stream, raw), boost::asio::detached);
    }
  }
  Task<void> serve(Stream stream, wire::ByteStream* raw) {
    if (closes_before_hello) co_return stream->close();
    auto mine = wire::make_hello("0.1.0");
    mine.set_protocol_version(speaks_version);
    const auto hello =
        co_await wire::answer_greeting(*stream, std::move(mine), std::chrono::seconds(5));
    if (!hello) co_return stream->close();
    if (stops_reading_after_hello) co_return;
    while (true) {
      const auto received = co_await stream->receive();
      if (!received || !*received) co_return stream->close();
      heard.push_back((*received)->request());
      co_await treat(stream, raw, heard.back());
    }
  }
  Task<void> treat(Stream stream, wire::ByteStream* raw, proto::Request request) {
    proto::Envelope envelope = reply_to(request);
    std::string bytes;
    switch (react(request)) {
      case Reaction::hold:
        held_.emplace_back(stream, request);
        co_return;
      case Reaction::close:
        co_return stream->close();
      case Reaction::garbage:
        bytes = "Segmentation fault\n";
        break;
      case Reaction::half_a_frame:
        bytes = wire::encode(envelope).value().substr(0, 5);
        break;
      case Reaction::foreign_id:
        envelope.mutable_reply()->set_id(request.id() + 1000);
        break;
      case Reaction::no_reply:
        envelope.mutable_hello();
        break;
      case Reaction::farewell:
        envelope.mutable_reply()->set_id(0);
        envelope.mutable_reply()->set_what("shutting down");
        break;
      case Reaction::answer:
        break;
    }
    if (bytes.empty()) bytes = wire::encode(envelope).value();
    const bool then_closes = react(request) == Reaction::half_a_frame;
    co_await raw->write_all(std::move(bytes));
    if (then_closes) stream->close();
  }
  proto::Envelope reply_to(const proto::Request& request) {
    proto::Envelope envelope;
    envelope.mutable_reply()->set_id(request.id());
    envelope.mutable_reply()->set_outcome(proto::DONE);
    fill(request, *envelope.mutable_reply());
    return envelope;
  }
  void send(Stream stream, proto::Envelope envelope) {
    auto sending = [](Stream to, proto::Envelope what) -> Task<void> {
      co_await to->send(std::move(what));
    };
    boost::asio::co_spawn(context_, sending(stream, std::move(envelope)), boost::asio::detached);
  }

  std::string path_;
  boost::asio::io_context& context_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::vector<Stream> streams_;
  std::vector<std::pair<Stream, proto::Request>> held_;
};

/// A place for sockets.
struct TemporaryDirectory : support::TemporaryDirectory {
  std::string file(const std::string& name) const { return *this / name; }
};

}  // namespace cutover
