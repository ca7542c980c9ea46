// A link and an agent that misbehaves in every way it can.
#include "controller/link/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_agent.h"
#include "run.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

struct LinkTest : testing::Test {
  boost::asio::io_context context;
  TemporaryDirectory directory;
  FakeAgent agent{context, directory.file("agent.sock")};
  Link link{context.get_executor(), agent.bouncer()};

  ~LinkTest() override {
    link.close();
    agent.stop();
    context.restart();
    context.poll();
  }

  static proto::Request pause() {
    proto::Request request;
    request.set_run_id("run-1");
    request.set_epoch(7);
    request.mutable_pause();
    return request;
  }
  CallResult<proto::Reply> call(std::chrono::milliseconds limit = 5s) {
    return run(context, link.call(pause(), limit));
  }
  void react_with(Reaction reaction) {
    agent.react = [reaction](const auto&) { return reaction; };
  }
};

TEST_F(LinkTest, ACallConnectsGreetsAndIsAnswered) {
  agent.fill = [](const auto&, proto::Reply& reply) { reply.mutable_state()->set_epoch(7); };
  const auto reply = call();
  ASSERT_TRUE(reply) << reply.error().error.what;
  EXPECT_EQ(reply->outcome(), proto::DONE);
  EXPECT_EQ(reply->state().epoch(), 7u);
  ASSERT_EQ(agent.heard.size(), 1u);
  EXPECT_EQ(agent.heard[0].run_id(), "run-1");
  EXPECT_EQ(link.peer().program_version(), "0.1.0");
}

TEST_F(LinkTest, CallsShareOneConnection) {
  EXPECT_TRUE(call());
  EXPECT_TRUE(call());
  EXPECT_EQ(agent.connections, 1);
}

TEST_F(LinkTest, ManyCallsAtOnceOpenOneConnectionAndEachGetsItsOwnReply) {
  agent.fill = [](const proto::Request& request, proto::Reply& reply) {
    reply.set_what(request.run_id());
  };
  std::vector<std::optional<CallResult<proto::Reply>>> results(50);
  for (std::size_t i = 0; i < results.size(); ++i) {
    proto::Request request = pause();
    request.set_run_id("run-" + std::to_string(i));
    boost::asio::co_spawn(context, keep(link.call(request, 5s), results[i]), boost::asio::detached);
  }
  EXPECT_TRUE(run_until(context, [&] {
    return std::ranges::all_of(results, [](const auto& each) { return each.has_value(); });
  }));
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_TRUE(*results[i]);
    EXPECT_EQ((**results[i]).what(), "run-" + std::to_string(i));
  }
  EXPECT_EQ(agent.connections, 1);
}

TEST_F(LinkTest, AnAgentThatIsNotThereWasNeverSentTheRequest) {
  agent.stop();
  const auto reply = call();
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().sent);
  EXPECT_THAT(reply.error().error.what, HasSubstr("agent.sock: No such file or directory"));
  EXPECT_THAT(reply.error().error.hint, HasSubstr("systemctl status cutover-agent"));
  EXPECT_TRUE(outcome_of(reply).is_refused());
}

TEST_F(LinkTest, AConnectionClosedBeforeTheHelloWasNeverSentTheRequest) {
  agent.closes_before_hello = true;
  const auto reply = call();
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().sent);
  EXPECT_TRUE(agent.heard.empty());
}

TEST_F(LinkTest, AnAgentOfAnotherProtocolVersionIsNeverSentTheRequest) {
  agent.speaks_version = 2;
  const auto reply = call();
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().sent);
  EXPECT_THAT(reply.error().error.what, HasSubstr("speaks protocol 2"));
  EXPECT_THAT(reply.error().error.hint, HasSubstr("same version"));
}

/// Everything that can go wrong after the request has arrived.
struct AfterItArrived : LinkTest, testing::WithParamInterface<std::pair<Reaction, const char*>> {};

TEST_P(AfterItArrived, TheCallFailsAsSentAndTheNextOneReconnects) {
  const auto [reaction, expected] = GetParam();
  react_with(reaction);
  const auto begun = Clock::now();
  const auto reply = call();
  ASSERT_FALSE(reply);
  EXPECT_TRUE(reply.error().sent);
  EXPECT_THAT(reply.error().error.what, HasSubstr(expected));
  EXPECT_TRUE(outcome_of(reply).is_in_doubt());
  EXPECT_LT(Clock::now() - begun, 4s) << "it waited for the limit";
  EXPECT_FALSE(link.is_connected());

  react_with(Reaction::answer);
  EXPECT_TRUE(call());
  EXPECT_EQ(agent.connections, 2);
}

INSTANTIATE_TEST_SUITE_P(
    Every, AfterItArrived,
    testing::Values(std::pair(Reaction::close, "the agent closed the connection"),
                    std::pair(Reaction::garbage, "larger than the limit"),
                    std::pair(Reaction::half_a_frame, "in the middle of a frame"),
                    std::pair(Reaction::foreign_id, "answered a request it was never sent"),
                    std::pair(Reaction::no_reply, "something that is no reply"),
                    std::pair(Reaction::farewell, "the agent ended it: shutting down")),
    [](const auto& reaction) { return "Reaction" + std::to_string(reaction.index + 1); });

TEST_F(LinkTest, ALostReplyIsInDoubtAndTheConnectionStays) {
  react_with(Reaction::hold);
  const auto reply = call(30ms);
  ASSERT_FALSE(reply);
  EXPECT_TRUE(reply.error().sent);
  EXPECT_THAT(reply.error().error.what, HasSubstr("no answer within"));
  EXPECT_TRUE(link.is_connected());
}

TEST_F(LinkTest, ALateReplyIsNotTakenForAnother) {
  react_with(Reaction::hold);
  agent.fill = [](const proto::Request& request, proto::Reply& reply) {
    reply.set_what(request.run_id());
  };
  ASSERT_FALSE(call(30ms));
  agent.answer_held();
  react_with(Reaction::answer);
  proto::Request second = pause();
  second.set_run_id("run-2");
  const auto reply = run(context, link.call(second, 5s));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->what(), "run-2");
  EXPECT_EQ(agent.connections, 1);
}

TEST_F(LinkTest, RepliesInAnyOrderFindTheirCalls) {
  react_with(Reaction::hold);
  std::optional<CallResult<proto::Reply>> first;
  boost::asio::co_spawn(context, keep(link.call(pause(), 10s), first), boost::asio::detached);
  ASSERT_TRUE(run_until(context, [&] { return agent.heard.size() == 1; }));
  react_with(Reaction::answer);
  EXPECT_TRUE(call());
  EXPECT_FALSE(first);
  agent.answer_held();
  ASSERT_TRUE(run_until(context, [&] { return first.has_value(); }));
  EXPECT_TRUE(*first);
}

TEST_F(LinkTest, ALossFailsEveryCallInFlightAsSent) {
  react_with(Reaction::hold);
  std::vector<std::optional<CallResult<proto::Reply>>> results(5);
  for (auto& result : results)
    boost::asio::co_spawn(context, keep(link.call(pause(), 10s), result), boost::asio::detached);
  ASSERT_TRUE(run_until(context, [&] { return agent.heard.size() == results.size(); }));
  agent.drop_connections();
  ASSERT_TRUE(run_until(context, [&] {
    return std::ranges::all_of(results, [](const auto& each) { return each.has_value(); });
  }));
  for (const auto& result : results) {
    ASSERT_FALSE(*result);
    EXPECT_TRUE(result->error().sent);
  }
}

TEST_F(LinkTest, ClosingEndsCallsInFlightAtOnce) {
  react_with(Reaction::hold);
  std::optional<CallResult<proto::Reply>> result;
  boost::asio::co_spawn(context, keep(link.call(pause(), 10s), result), boost::asio::detached);
  ASSERT_TRUE(run_until(context, [&] { return agent.heard.size() == 1; }));
  const auto begun = Clock::now();
  link.close();
  ASSERT_TRUE(run_until(context, [&] { return result.has_value(); }));
  EXPECT_LT(Clock::now() - begun, 2s);
  EXPECT_TRUE(result->error().sent);
}

TEST_F(LinkTest, ARequestThatCannotBeWrittenInTimeEndsTheConnection) {
  agent.stops_reading_after_hello = true;
  proto::Request huge = pause();
  huge.set_run_id(std::string(wire::max_frame_bytes - 1000, 'x'));
  const auto reply = run(context, link.call(huge, 50ms));
  ASSERT_FALSE(reply);
  EXPECT_TRUE(reply.error().sent);
  EXPECT_FALSE(link.is_connected());
  agent.stops_reading_after_hello = false;
  EXPECT_TRUE(call());
}

TEST_F(LinkTest, ARequestThatWaitsBehindAnotherWasNeverSentWhenItsTimeIsUp) {
  agent.stops_reading_after_hello = true;
  proto::Request huge = pause();
  huge.set_run_id(std::string(wire::max_frame_bytes - 1000, 'x'));
  std::optional<CallResult<proto::Reply>> first;
  boost::asio::co_spawn(context, keep(link.call(huge, 10s), first), boost::asio::detached);
  ASSERT_TRUE(run_until(context, [&] { return link.is_connected(); }));
  const auto reply = call(50ms);
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().sent);
  EXPECT_TRUE(link.is_connected());
  link.close();
  ASSERT_TRUE(run_until(context, [&] { return first.has_value(); }));
  EXPECT_TRUE(first->error().sent);
}

TEST_F(LinkTest, ARequestLargerThanAFrameIsNeverSent) {
  proto::Request request = pause();
  request.set_run_id(std::string(wire::max_frame_bytes, 'x'));
  const auto reply = run(context, link.call(request, 5s));
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().sent);
  EXPECT_TRUE(agent.heard.empty());
}

TEST_F(LinkTest, WithoutReconnectALostLinkRefusesCallsUntilItIsConnectedAgain) {
  LinkOptions options;
  options.reconnect = Reconnect::never;
  Link strict(context.get_executor(), agent.bouncer(), options);
  EXPECT_FALSE(run(context, strict.call(pause(), 5s)).error().sent);
  ASSERT_TRUE(run(context, strict.connect()));
  ASSERT_TRUE(run(context, strict.call(pause(), 5s)));
  agent.drop_connections();
  ASSERT_TRUE(run_until(context, [&] { return !strict.is_connected(); }));
  const auto refused = run(context, strict.call(pause(), 5s));
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().sent);
  EXPECT_THAT(refused.error().error.what, HasSubstr("not connected"));
  ASSERT_TRUE(run(context, strict.connect()));
  EXPECT_TRUE(run(context, strict.call(pause(), 5s)));
}

TEST_F(LinkTest, APingMeasuresARoundTrip) {
  const auto taken = run(context, link.ping(5s));
  ASSERT_TRUE(taken);
  EXPECT_GT(taken->count(), 0);
  EXPECT_TRUE(agent.heard[0].has_ping());
}

TEST_F(LinkTest, ASilentListenerIsGivenUpWithinTheLimit) {
  // Accepted by the kernel, never by the agent.
  agent.stop_listening();
  const std::string path = directory.file("silent.sock");
  boost::asio::local::stream_protocol::acceptor silent(
      context, boost::asio::local::stream_protocol::endpoint(path));
  BouncerConfig bouncer = agent.bouncer();
  bouncer.socket_path = path;
  Link waiting(context.get_executor(), bouncer);
  const auto begun = Clock::now();
  const auto reply = run(context, waiting.call(pause(), 50ms));
  ASSERT_FALSE(reply);
  EXPECT_FALSE(reply.error().sent);
  EXPECT_LT(Clock::now() - begun, 5s);
}

/// Its agent's connections are accepted by the kernel and never answered.
struct SilentAgentTest : LinkTest {
  const std::string path = directory.file("silent.sock");
  boost::asio::local::stream_protocol::acceptor silent{
      context, boost::asio::local::stream_protocol::endpoint(path)};
  Link impatient{context.get_executor(), silent_bouncer(), impatience()};

  BouncerConfig silent_bouncer() {
    BouncerConfig bouncer = agent.bouncer();
    bouncer.socket_path = path;
    return bouncer;
  }
  static LinkOptions impatience() {
    LinkOptions options;
    options.patience = 50ms;
    options.silence = 1h;
    return options;
  }
  Error why_not(std::chrono::milliseconds limit) {
    const auto reply = run(context, impatient.call(pause(), limit));
    EXPECT_FALSE(reply);
    if (reply) return {};
    EXPECT_FALSE(reply.error().sent);
    return reply.error().error;
  }
};

TEST_F(SilentAgentTest, NothingWaitsAgainForAnAgentThatConnectingFoundSilent) {
  ASSERT_FALSE(run(context, impatient.connect_within(100ms)));
  EXPECT_THAT(run(context, impatient.connect_within(1h)).error().what,
              HasSubstr("did not answer a moment ago"));
  EXPECT_THAT(why_not(1h).what, HasSubstr("did not answer a moment ago"));
}

TEST_F(SilentAgentTest, EachCallTriesAnewUnlessConnectingFoundItSilent) {
  EXPECT_THAT(why_not(100ms).what, HasSubstr("no connection within 100 ms"));
  EXPECT_THAT(why_not(100ms).what, HasSubstr("no connection within 100 ms"));
}

TEST_F(LinkTest, AConnectionThatIsRefusedIsTriedAgainAtOnce) {
  agent.stop_listening();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto connected = run(context, link.connect_within(5s));
    ASSERT_FALSE(connected);
    EXPECT_THAT(connected.error().what, testing::Not(HasSubstr("a moment ago")));
  }
  const auto next = call();
  ASSERT_FALSE(next);
  EXPECT_THAT(next.error().error.what, testing::Not(HasSubstr("a moment ago")));
}

TEST_F(LinkTest, ASocketPathThatIsTooLongIsAnError) {
  BouncerConfig bouncer = agent.bouncer();
  bouncer.socket_path = "/" + std::string(200, 'x');
  Link link_to_nowhere(context.get_executor(), bouncer);
  EXPECT_THAT(run(context, link_to_nowhere.connect()).error().what, HasSubstr("longer than"));
}

}  // namespace
}  // namespace cutover
