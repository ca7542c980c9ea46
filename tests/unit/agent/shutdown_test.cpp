// A PgBouncer from 1.23 on that was told to stop goes on for the clients it has, takes a PAUSE, and
// refuses RESUME for good.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/drain.h"
#include "agent/resume.h"
#include "tests/unit/agent/agent_harness.h"

namespace cutover::agent {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

const Claim stopped_run = {"run-1", 1};

class ShuttingDown : public testing::Test {
 protected:
  ShuttingDown() {
    bouncer_.version = "1.24.1";
    bouncer_.entries["app"] = FakeEntry{"10.0.0.1"};
    bouncer_.entries["reports"] = FakeEntry{"10.0.0.9"};
    const auto warm = run(context_, console_.warm_up(8));
    bouncer_.shutting_down = true;
  }
  Outcome pause() {
    const PauseOrder order{moves_, std::chrono::steady_clock::now() + milliseconds(2000),
                           StopSign(context_.get_executor())};
    return run(context_, pause_and_drain(console_, order));
  }

  boost::asio::io_context context_{1};
  FakePgbouncer bouncer_;
  Console console_{bouncer_.dialer()};
  Moves moves_ = {{"app", {"10.0.0.1", ""}, {"10.0.0.2", ""}}};
};

TEST_F(ShuttingDown, AProcessIsNotPausedAsAWhole) {
  bouncer_.entries.erase("reports");
  const Outcome outcome = pause();
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_THAT(outcome.detail, HasSubstr("shutting down"));
  EXPECT_EQ(bouncer_.sent("PAUSE"), 0);
  EXPECT_FALSE(bouncer_.globally_paused);
}

TEST_F(ShuttingDown, APauseOfEntriesIsEndedAllTheSame) {
  bouncer_.entries["app"].paused = true;
  const Outcome outcome = run(context_, resume_entries(console_, moves_));
  EXPECT_TRUE(outcome.is_done()) << outcome.detail;
  EXPECT_FALSE(bouncer_.entries["app"].paused);
}

TEST_F(ShuttingDown, APauseThatCannotBeEndedAnyMoreIsInDoubtAndSaysWhatHelps) {
  bouncer_.globally_paused = true;
  const Outcome outcome = run(context_, resume_entries(console_, moves_));
  EXPECT_TRUE(outcome.is_in_doubt());
  EXPECT_THAT(outcome.detail, HasSubstr("pooler is shutting down"));
  EXPECT_THAT(outcome.hint, HasSubstr("restart"));
}

class ShuttingDownAgent : public testing::Test, protected AgentHarness {
 protected:
  ShuttingDownAgent() {
    first.version = second.version = "1.24.1";
    claim(stopped_run);
  }
};

TEST_F(ShuttingDownAgent, SaysSoWhenItIsInspectedAndNothingIsSentThatHasAnEffect) {
  EXPECT_FALSE(inspect().inspection().processes(0).shutting_down());
  first.shutting_down = true;
  const auto seen = inspect().inspection();
  EXPECT_TRUE(seen.processes(0).shutting_down());
  EXPECT_FALSE(seen.processes(1).shutting_down());
  EXPECT_EQ(first.sent("RESUME"), 0);
}

TEST_F(ShuttingDownAgent, FindsNoLineThatWouldKeepItWhileNothingIsClaimed) {
  EXPECT_GT(first.open_lines(), 0);
  agent().start_metrics();
  EXPECT_TRUE(metrics_tell("cutover_entry_target{"));
  EXPECT_GT(first.open_lines(), 0) << "of a run";
  ASSERT_EQ(revert(stopped_run).outcome(), proto::DONE);
  EXPECT_TRUE(eventually([this] { return first.open_lines() == 0; }));
}

TEST_F(ShuttingDownAgent, IsNotArmed) {
  ASSERT_EQ(arm(stopped_run).outcome(), proto::DONE);
  first.shutting_down = true;
  const auto reply = arm(stopped_run);
  EXPECT_EQ(reply.outcome(), proto::REFUSED);
  EXPECT_THAT(reply.what(), HasSubstr("first: it is shutting down"));
}

TEST_F(ShuttingDownAgent, TheQuestionEndsNoPauseOfSomebodyElse) {
  ASSERT_EQ(arm(stopped_run).outcome(), proto::DONE);
  first.globally_paused = true;
  EXPECT_EQ(pause(stopped_run).outcome(), proto::DONE);
  EXPECT_EQ(first.sent("RESUME"), 1) << "when it was armed, and not since";
}

TEST_F(ShuttingDownAgent, AnOlderOneIsNotAsked) {
  first.version = second.version = "1.18.0";
  restart_agent();
  ASSERT_EQ(arm(stopped_run).outcome(), proto::DONE);
  ASSERT_EQ(pause(stopped_run).outcome(), proto::DONE);
  EXPECT_EQ(first.sent("RESUME"), 0);
}

}  // namespace
}  // namespace cutover::agent
