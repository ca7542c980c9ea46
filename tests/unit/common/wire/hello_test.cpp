// The first exchange of a connection, both sides of it.
#include "common/wire/hello.h"

#include <gtest/gtest.h>

#include "stream_pair.h"

namespace cutover::wire {
namespace {

using namespace std::chrono_literals;

struct HelloTest : testing::Test {
  boost::asio::io_context context;
  std::array<int, 2> ends = socket_pair();
  MessageStream controller{stream_of_socket(context.get_executor(), ends[0])};
  MessageStream agent{stream_of_socket(context.get_executor(), ends[1])};
  std::optional<Result<proto::Hello>> agent_heard;

  void answer_with(proto::Hello hello) {
    auto answering = [](HelloTest& test, proto::Hello mine) -> Task<void> {
      auto heard = co_await answer_greeting(test.agent, std::move(mine), 5s);
      test.agent_heard = std::move(heard);
      test.agent.close();
    };
    boost::asio::co_spawn(context, answering(*this, std::move(hello)), boost::asio::detached);
  }
  void send_from_agent(proto::Envelope envelope) {
    boost::asio::co_spawn(context, agent.send(std::move(envelope)), boost::asio::detached);
  }
  Result<proto::Hello> greeted(proto::Hello mine = make_hello("0.1.0")) {
    return run(context, greet(controller, std::move(mine), 5s));
  }
};

TEST_F(HelloTest, BothSidesHearWhoSpeaks) {
  answer_with(make_hello("0.1.1", {"probe"}));
  const auto hello = greeted();
  ASSERT_TRUE(hello) << hello.error().what;
  EXPECT_EQ(hello->program_version(), "0.1.1");
  EXPECT_EQ(hello->capabilities(0), "probe");
  ASSERT_TRUE(agent_heard && *agent_heard);
  EXPECT_EQ((*agent_heard)->program_version(), "0.1.0");
}

TEST_F(HelloTest, AnAgentRefusesAnotherProtocolVersionAndSaysWhich) {
  answer_with(make_hello("0.1.0"));
  auto newer = make_hello("9.0.0");
  newer.set_protocol_version(2);
  const auto hello = greeted(newer);
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().what,
            "the peer refused: the peer (version 9.0.0) speaks protocol 2, this side speaks 1");
  EXPECT_FALSE(hello.error().hint.empty());
  ASSERT_TRUE(agent_heard);
  EXPECT_FALSE(*agent_heard);
}

TEST_F(HelloTest, AControllerRefusesAnAgentOfAnotherProtocolVersion) {
  proto::Envelope envelope;
  *envelope.mutable_hello() = make_hello("9.0.0");
  envelope.mutable_hello()->set_protocol_version(2);
  send_from_agent(envelope);
  const auto hello = greeted();
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().what, "the peer (version 9.0.0) speaks protocol 2, this side speaks 1");
}

TEST_F(HelloTest, APeerThatClosesAtOnceIsAnError) {
  agent.close();
  const auto hello = greeted();
  ASSERT_FALSE(hello);
  EXPECT_NE(hello.error().what.find("closed the connection"), std::string::npos);
}

TEST_F(HelloTest, AFirstMessageThatIsNoHelloIsAnError) {
  proto::Envelope envelope;
  envelope.mutable_request()->mutable_ping();
  send_from_agent(envelope);
  EXPECT_EQ(greeted().error().what, "the peer's first message is no hello");
}

TEST_F(HelloTest, ASilentPeerIsGivenUp) {
  const auto hello = run(context, greet(controller, make_hello("0.1.0"), 20ms));
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().what, "the peer sent no hello within 20 ms");
}

TEST_F(HelloTest, AnAgentGivesUpASilentController) {
  const auto hello = run(context, answer_greeting(agent, make_hello("0.1.0"), 20ms));
  ASSERT_FALSE(hello);
}

}  // namespace
}  // namespace cutover::wire
