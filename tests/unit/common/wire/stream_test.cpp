// MessageStream over real sockets and pipes.
#include <gtest/gtest.h>

#include "stream_pair.h"

namespace cutover::wire {
namespace {

using namespace std::chrono_literals;

proto::Envelope ping(std::uint64_t id, std::size_t padding = 0) {
  proto::Envelope envelope;
  envelope.mutable_request()->set_id(id);
  envelope.mutable_request()->set_run_id(std::string(padding, 'x'));
  envelope.mutable_request()->mutable_ping();
  return envelope;
}

struct StreamTest : testing::Test {
  boost::asio::io_context context;

  std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> connected_sockets() {
    const auto ends = socket_pair();
    return {stream_of_socket(context.get_executor(), ends[0]),
            stream_of_socket(context.get_executor(), ends[1])};
  }
  std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> connected_pipes() {
    const auto there = pipe_pair();
    const auto back = pipe_pair();
    return {stream_of_pipes(context.get_executor(), back[0], there[1]),
            stream_of_pipes(context.get_executor(), there[0], back[1])};
  }
  void send_detached(MessageStream& stream, proto::Envelope envelope) {
    boost::asio::co_spawn(context, stream.send(std::move(envelope)), boost::asio::detached);
  }
};

void expect_a_round_trip(
    StreamTest& test,
    std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> connected) {
  MessageStream here(std::move(connected.first));
  MessageStream there(std::move(connected.second));
  test.send_detached(here, ping(1));
  EXPECT_EQ(run(test.context, there.receive()).value()->request().id(), 1u);
  test.send_detached(there, ping(2));
  EXPECT_EQ(run(test.context, here.receive()).value()->request().id(), 2u);
}

TEST_F(StreamTest, EnvelopesCrossASocketBothWays) {
  expect_a_round_trip(*this, connected_sockets());
}

TEST_F(StreamTest, EnvelopesCrossPipesBothWays) {
  expect_a_round_trip(*this, connected_pipes());
}

TEST_F(StreamTest, AMessageLargerThanTheSocketBufferArrivesWhole) {
  auto [near_end, far_end] = connected_sockets();
  MessageStream here(std::move(near_end));
  MessageStream there(std::move(far_end));
  send_detached(here, ping(1, max_frame_bytes - 100));
  EXPECT_EQ(run(context, there.receive()).value()->request().run_id().size(),
            max_frame_bytes - 100);
}

TEST_F(StreamTest, ACloseBetweenFramesIsAnOrdinaryEnd) {
  auto [near_end, far_end] = connected_sockets();
  MessageStream there(std::move(far_end));
  near_end->close();
  const auto received = run(context, there.receive());
  ASSERT_TRUE(received);
  EXPECT_FALSE(received->has_value());
}

TEST_F(StreamTest, ACloseWithinAFrameIsAnError) {
  const std::string frame = encode(ping(1)).value();
  for (std::size_t size = 1; size < frame.size(); ++size) {
    auto [near_end, far_end] = connected_sockets();
    MessageStream there(std::move(far_end));
    run(context, near_end->write_all(frame.substr(0, size))).value();
    near_end->close();
    const auto received = run(context, there.receive());
    ASSERT_FALSE(received) << size;
    EXPECT_EQ(received.error().what, "the peer closed the connection in the middle of a frame");
  }
}

TEST_F(StreamTest, GarbageIsAnErrorOfTheReceiver) {
  auto [near_end, far_end] = connected_sockets();
  MessageStream there(std::move(far_end));
  run(context, near_end->write_all("Welcome to Debian GNU/Linux 12\n")).value();
  const auto received = run(context, there.receive());
  ASSERT_FALSE(received);
  EXPECT_NE(received.error().hint.find("does not speak this protocol"), std::string::npos);
}

TEST_F(StreamTest, WritingToAClosedSocketIsAnErrorAndNoSignal) {
  auto [near_end, far_end] = connected_sockets();
  MessageStream here(std::move(near_end));
  far_end->close();
  EXPECT_FALSE(run(context, here.send(ping(1))));
}

TEST_F(StreamTest, WritingToAClosedPipeIsAnErrorAndNoSignal) {
  auto [near_end, far_end] = connected_pipes();
  MessageStream here(std::move(near_end));
  far_end->close();
  EXPECT_FALSE(run(context, here.send(ping(1))));
}

TEST_F(StreamTest, ClosingEndsAPendingReceive) {
  auto [near_end, far_end] = connected_sockets();
  MessageStream here(std::move(near_end));
  std::optional<bool> failed;
  auto receiving = [](MessageStream& stream, std::optional<bool>& slot) -> Task<void> {
    const auto received = co_await stream.receive();
    slot = received.has_error();
  };
  boost::asio::co_spawn(context, receiving(here, failed), boost::asio::detached);
  context.poll();
  EXPECT_FALSE(failed);
  here.close();
  here.close();
  context.restart();
  context.run_for(5s);
  EXPECT_EQ(failed, std::optional(true));
}

TEST_F(StreamTest, AReceiveEndsWhenItsLimitIsUp) {
  auto [near_end, far_end] = connected_sockets();
  MessageStream here(std::move(near_end));
  EXPECT_FALSE(run(context, within(20ms, here.receive())).has_value());
}

}  // namespace
}  // namespace cutover::wire
