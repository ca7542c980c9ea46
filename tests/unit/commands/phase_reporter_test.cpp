// What agents are told of a run's phases, and when they are left alone.
#include "controller/commands/phase_reporter.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "controller/commands/run_task.h"
#include "tests/scenarios/fake_fleet.h"

namespace cutover {
namespace {

using Phases = std::vector<std::string>;

class TalkativeFleet : public scenarios::FakeFleet {
 public:
  using scenarios::FakeFleet::FakeFleet;

  Task<void> report_phase(std::string phase) override {
    told.push_back(phase);
    // Agents that do not answer.
    if (phase != silent_at) co_return;
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer never(executor, boost::asio::steady_timer::time_point::max());
    co_await never.async_wait(boost::asio::use_awaitable);
  }

  Phases told;
  std::string silent_at;
};

class PhaseReporterTest : public testing::Test {
 protected:
  Task<bool> report(boost::asio::any_io_executor executor, std::vector<Event> events) {
    PhaseReporter reporter(executor, fleet_);
    for (const auto& event : events) {
      reporter.on(event, RunState{});
      co_await boost::asio::post(executor, boost::asio::use_awaitable);
    }
    co_await reporter.finish();
    co_return true;
  }
  Phases told_of(const std::vector<Event>& events) {
    run_task<bool>([&](boost::asio::any_io_executor executor) { return report(executor, events); });
    return fleet_.told;
  }

  scenarios::VirtualClock clock_;
  scenarios::FakeWorld world_{1};
  scenarios::Transcript transcript_{clock_};
  TalkativeFleet fleet_{clock_, world_, transcript_};
};

TEST_F(PhaseReporterTest, NothingIsToldWhileClientsWaitAndIdleAtTheEnd) {
  const auto told = told_of({StepBegan{"claim", false}, PauseBegan{}, StepBegan{"decide", false},
                             StepBegan{"switch", false}, PauseEnded{}, StepBegan{"prove", false}});
  EXPECT_EQ(told, (Phases{"claim", "prove", "idle"}));
}

TEST_F(PhaseReporterTest, AgentsThatDoNotAnswerHoldNeitherTheNextPhaseNorTheEndUp) {
  fleet_.silent_at = "claim";
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(told_of({StepBegan{"claim", false}, StepBegan{"arm", false}}),
            (Phases{"claim", "arm", "idle"}));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

}  // namespace
}  // namespace cutover
