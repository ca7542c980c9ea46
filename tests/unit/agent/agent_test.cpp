// The agent as a whole: commands in order, out of order, and cut off by kill -9 anywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/agent_harness.h"

namespace cutover::agent {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

const Claim run_1 = {"run-1", 1};
const Claim run_2 = {"run-2", 2};

class AgentTest : public testing::Test, protected AgentHarness {};

TEST_F(AgentTest, ARunMovesEveryProcessToTheNewRoute) {
  hold(run_1);
  EXPECT_TRUE(all_paused());
  const auto switched = switch_route(run_1);
  EXPECT_EQ(switched.outcome(), proto::DONE) << switched.what();
  EXPECT_TRUE(switched.state().switched());
  EXPECT_TRUE(all_on("green"));
  EXPECT_THAT(ini(), HasSubstr("app = host=green port=5432"));
  EXPECT_EQ(revert(run_1).state().phase(), proto::IDLE);
  EXPECT_THAT(ini(), HasSubstr("host=green"));
}

TEST_F(AgentTest, APauseThatIsResumedLeavesTheOldRouteAndCanBeRepeated) {
  hold(run_1);
  EXPECT_EQ(resume(run_1).outcome(), proto::DONE);
  EXPECT_TRUE(all_on("blue"));
  EXPECT_EQ(pause(run_1).outcome(), proto::DONE);
  EXPECT_EQ(revert(run_1).outcome(), proto::DONE);
  EXPECT_TRUE(all_on("blue"));
  EXPECT_THAT(ini(), HasSubstr("host=blue"));
}

TEST_F(AgentTest, OneProcessThatDoesNotDrainLeavesNonePaused) {
  claim(run_1);
  arm(run_1);
  second.entries["app"].servers_active = 1;
  const auto paused = pause(run_1, 100);
  EXPECT_EQ(paused.outcome(), proto::REFUSED);
  EXPECT_EQ(paused.state().phase(), proto::ARMED);
  EXPECT_TRUE(all_on("blue"));
}

TEST_F(AgentTest, AnOlderEpochIsRefused) {
  hold(run_1);
  ASSERT_EQ(claim(run_2, proto::RECOVERY).outcome(), proto::DONE);
  EXPECT_EQ(switch_route(run_1).outcome(), proto::REFUSED);
  EXPECT_EQ(resume(run_1).outcome(), proto::REFUSED);
  EXPECT_EQ(claim(run_1).outcome(), proto::REFUSED);
  EXPECT_TRUE(all_paused());
}

TEST_F(AgentTest, ARecoveryFinishesOrUndoesWhatItFinds) {
  hold(run_1);
  claim(run_2, proto::RECOVERY);
  EXPECT_EQ(switch_route(run_2).outcome(), proto::DONE);
  EXPECT_TRUE(all_on("green"));
}

TEST_F(AgentTest, AnotherRunIsRefusedWhileAPauseIsHeld) {
  hold(run_1);
  const auto reply = claim(run_2);
  EXPECT_EQ(reply.outcome(), proto::REFUSED);
  EXPECT_THAT(reply.hint(), HasSubstr("cutover recover"));
  EXPECT_EQ(reply.state().epoch(), 1U);
}

TEST_F(AgentTest, AnEntryThatLeadsElsewhereIsNotArmed) {
  claim(run_1);
  first.entries["app"].host = "yellow";
  const auto reply = arm(run_1);
  EXPECT_EQ(reply.outcome(), proto::REFUSED);
  EXPECT_THAT(reply.what(), HasSubstr("entry app leads to yellow:5432, not to blue:5432"));
  EXPECT_EQ(reply.state().phase(), proto::CLAIMED);
}

TEST_F(AgentTest, WhatCannotBeMeantIsNotArmedAndLeavesTheClaimAsItWas) {
  claim(run_1);
  auto nowhere = request_of(run_1);
  nowhere.mutable_arm()->add_moves()->set_entry("app");
  const std::vector<std::pair<proto::Reply, std::string>> refusals = {
      {arm(run_1, std::vector<std::string>{}), "names no entry"},
      {ask(nowhere), "entry \"app\" has no new route"},
      {arm(run_1, {"app", "app"}), "names entry app twice"},
      {arm(run_1, {"app", "nobody"}), "no PgBouncer of this host has the entry nobody"}};
  for (const auto& [reply, why] : refusals) {
    EXPECT_EQ(reply.outcome(), proto::REFUSED) << why;
    EXPECT_THAT(reply.what(), HasSubstr(why));
    EXPECT_EQ(reply.state().phase(), proto::CLAIMED) << why;
  }
  EXPECT_TRUE(all_on("blue"));
  EXPECT_EQ(arm(run_1).outcome(), proto::DONE);
}

TEST_F(AgentTest, APauseOfSomebodyElseIsNotArmedOver) {
  claim(run_1);
  first.globally_paused = true;
  EXPECT_EQ(arm(run_1).outcome(), proto::REFUSED);
  EXPECT_TRUE(first.globally_paused);
}

TEST_F(AgentTest, WithoutRenewalThePauseEndsAtTheLease) {
  hold(run_1);
  clock.time.since_boot += milliseconds(3001);
  EXPECT_TRUE(settle());
  EXPECT_TRUE(all_on("blue"));
  const auto renewed = renew(run_1);
  EXPECT_EQ(renewed.outcome(), proto::REFUSED);
  EXPECT_EQ(renewed.state().lease_expiries(), 1U);
}

TEST_F(AgentTest, APreparedPauseBeginsWithTheLeaseThatIsLeft) {
  claim(run_1);
  arm(run_1);
  EXPECT_EQ(prepare_pause(run_1).outcome(), proto::DONE);
  EXPECT_FALSE(all_paused());
  clock.time.since_boot += milliseconds(500);
  const auto paused = pause(run_1, 2000);
  EXPECT_EQ(paused.outcome(), proto::DONE) << paused.what();
  EXPECT_EQ(paused.state().lease_left_ms(), 2500U) << "nothing is written while clients wait";
  EXPECT_TRUE(all_paused());
}

TEST_F(AgentTest, APreparedLeaseThatTheDrainCouldOutliveIsRenewedBeforeThePause) {
  claim(run_1);
  arm(run_1);
  EXPECT_EQ(prepare_pause(run_1).outcome(), proto::DONE);
  clock.time.since_boot += milliseconds(1500);  // another agent's disk was slow
  const auto paused = pause(run_1, 2000);
  EXPECT_EQ(paused.outcome(), proto::DONE) << paused.what();
  EXPECT_EQ(paused.state().lease_left_ms(), 3000U);
}

TEST_F(AgentTest, ARenewedPauseIsHeld) {
  hold(run_1);
  clock.time.since_boot += milliseconds(2000);
  EXPECT_EQ(renew(run_1).outcome(), proto::DONE);
  clock.time.since_boot += milliseconds(2000);
  EXPECT_EQ(renew(run_1).state().lease_left_ms(), 3000U);
  EXPECT_TRUE(all_paused());
}

TEST_F(AgentTest, SwitchGoesForwardWhereTheLeaseRanOut) {
  hold(run_1);
  clock.time.since_boot += milliseconds(3001);
  ASSERT_TRUE(settle());
  EXPECT_EQ(switch_route(run_1).outcome(), proto::DONE);
  EXPECT_TRUE(all_on("green"));
}

TEST_F(AgentTest, AnAgentKilledWhilePausedHonoursTheLease) {
  hold(run_1);
  restart_agent();
  EXPECT_TRUE(all_paused());
  EXPECT_EQ(renew(run_1).outcome(), proto::DONE);
  clock.time.since_boot += milliseconds(3001);
  restart_agent();
  EXPECT_TRUE(settle());
  EXPECT_TRUE(all_on("blue"));
}

TEST_F(AgentTest, APauseFromBeforeARebootIsEnded) {
  hold(run_1);
  clock.time.boot_id = "boot-2";
  restart_agent();
  EXPECT_TRUE(settle());
  EXPECT_TRUE(all_on("blue"));
}

TEST_F(AgentTest, AResumeThatNobodyAnswersIsRepeatedUntilItIsAnswered) {
  hold(run_1);
  second.is_up = false;
  EXPECT_EQ(resume(run_1).outcome(), proto::IN_DOUBT);
  clock.time.since_boot += milliseconds(3001);
  second.is_up = true;
  EXPECT_TRUE(settle());
  EXPECT_TRUE(all_on("blue"));
}

TEST_F(AgentTest, ASwitchThatNobodyAnswersIsRepeatedUntilItIsAnswered) {
  hold(run_1);
  second.is_up = false;
  const auto reply = switch_route(run_1);
  EXPECT_EQ(reply.outcome(), proto::IN_DOUBT);
  EXPECT_TRUE(reply.state().intent());
  EXPECT_FALSE(reply.state().switched());
  second.is_up = true;
  EXPECT_TRUE(settle());
  EXPECT_TRUE(all_on("green"));
}

TEST_F(AgentTest, KilledAnywhereInASwitchItGoesForwardAfterTheRestart) {
  for (int count = 1; count < 40; ++count) {
    AgentHarness harness;
    harness.hold(run_1);
    proto::Request request = request_of(run_1);
    request.mutable_switch_();
    harness.die_after(count, request);
    harness.clock.time.since_boot += milliseconds(60'000);
    EXPECT_TRUE(harness.settle()) << count;
    EXPECT_TRUE(harness.all_on("green")) << count;
  }
}

TEST_F(AgentTest, KilledAnywhereInAPauseItServesTheOldRouteAfterTheLease) {
  for (int count = 1; count < 40; ++count) {
    AgentHarness harness;
    harness.claim(run_1);
    harness.arm(run_1);
    proto::Request request = request_of(run_1);
    request.mutable_pause()->set_drain_timeout_ms(1000);
    request.mutable_pause()->set_lease_ms(3000);
    harness.die_after(count, request);
    harness.clock.time.since_boot += milliseconds(60'000);
    EXPECT_TRUE(harness.settle()) << count;
    EXPECT_TRUE(harness.all_on("blue")) << count;
  }
}

TEST_F(AgentTest, AProcessRestartedDuringThePauseIsStillSwitched) {
  hold(run_1);
  second.restart();
  EXPECT_EQ(switch_route(run_1).outcome(), proto::DONE);
  EXPECT_TRUE(all_on("green"));
}

TEST_F(AgentTest, AnAgentThatLostItsStateRefusesEverythingUntilClaimed) {
  hold(run_1);
  lose_state();
  for (const auto& reply : {pause(run_1), renew(run_1), resume(run_1), switch_route(run_1)})
    EXPECT_EQ(reply.outcome(), proto::REFUSED) << reply.what();
  EXPECT_TRUE(all_paused());
  EXPECT_EQ(claim(run_2, proto::RECOVERY).outcome(), proto::DONE);
  EXPECT_EQ(resume(run_2).outcome(), proto::DONE);
  EXPECT_TRUE(all_on("blue"));
}

TEST_F(AgentTest, ARecoveryOfALostAgentThatHadSwitchedGoesForward) {
  hold(run_1);
  switch_route(run_1);
  lose_state();
  EXPECT_EQ(claim(run_2, proto::RECOVERY).outcome(), proto::DONE);
  const auto armed = arm(run_2);
  EXPECT_EQ(armed.outcome(), proto::DONE) << armed.what();
  EXPECT_EQ(switch_route(run_2).outcome(), proto::DONE);
  EXPECT_TRUE(all_on("green"));
}

TEST_F(AgentTest, ADamagedRecordIsALostState) {
  hold(run_1);
  damage_record();
  EXPECT_EQ(resume(run_1).outcome(), proto::REFUSED);
  EXPECT_EQ(claim(run_2, proto::RECOVERY).outcome(), proto::DONE);
}

TEST_F(AgentTest, AFileThatSomebodyEditedMeanwhileIsEditedAnewAfterTheIntent) {
  hold(run_1);
  support::write_file(std::filesystem::path(first_ini()), "# new remark\n" + ini());
  EXPECT_EQ(switch_route(run_1).outcome(), proto::DONE);
  EXPECT_THAT(ini(), HasSubstr("# new remark\n"));
  EXPECT_THAT(ini(), HasSubstr("host=green"));
}

TEST_F(AgentTest, WindingUpLeavesNothingPaused) {
  hold(run_1);
  EXPECT_TRUE(wind_up());
  EXPECT_TRUE(all_on("blue"));
}

TEST_F(AgentTest, ForHowLongClientsHaveBeenHeldIsToldWhilePausedOnly) {
  hold(run_1);
  proto::Request ping;
  ping.mutable_ping();
  const auto first = ask(ping).state().paused_for_us();
  EXPECT_GT(first, 0U);
  EXPECT_GT(ask(ping).state().paused_for_us(), first);
  resume(run_1);
  EXPECT_EQ(ask(ping).state().paused_for_us(), 0U);
}

TEST_F(AgentTest, PingTellsWhatEveryProcessDoes) {
  hold(run_1);
  second.restart();
  proto::Request request;
  request.mutable_ping();
  const auto reply = ask(request);
  ASSERT_EQ(reply.state().processes_size(), 2);
  EXPECT_TRUE(reply.state().processes(0).drained());
  EXPECT_FALSE(reply.state().processes(1).paused());
}

TEST_F(AgentTest, PreviewShowsTheDifferenceAndWritesNothing) {
  const std::string before = ini();
  proto::Request request;
  proto::EntryMove* const move = request.mutable_preview()->add_moves();
  move->set_entry("app");
  move->set_from_host("blue");
  move->set_to_host("green");
  const auto reply = ask(request);
  ASSERT_EQ(reply.outcome(), proto::DONE) << reply.what();
  EXPECT_THAT(reply.preview().files(0).diff(), HasSubstr("+app = host=green"));
  EXPECT_EQ(ini(), before);
}

TEST_F(AgentTest, ARecoveryDoesNotWaitForAPauseThatStillDrains) {
  claim(run_1);
  arm(run_1);
  first.entries["app"].servers_active = 1;
  const auto start = std::chrono::steady_clock::now();
  std::shared_ptr<proto::Reply> recovery;
  first.on_command = [&](const std::string& command) {
    if (command != "PAUSE") return;
    proto::Request request = request_of(run_2);
    request.mutable_claim()->set_purpose(proto::RECOVERY);
    recovery = ask_beside(request);
  };
  const auto paused = pause(run_1, 20'000, 30'000);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(10'000));
  EXPECT_EQ(paused.outcome(), proto::REFUSED) << paused.what();
  first.on_command = nullptr;
  EXPECT_EQ(ask(request_of(run_2)).state().run_id(), run_2.run_id);
  EXPECT_EQ(recovery->outcome(), proto::DONE) << recovery->what();
  EXPECT_TRUE(all_on("blue"));
}

TEST_F(AgentTest, AFileThatPgbouncerDoesNotReadIsNotArmed) {
  second.config["conffile"] = "/etc/pgbouncer/other.ini";
  claim(run_1);
  const auto reply = arm(run_1);
  EXPECT_EQ(reply.outcome(), proto::REFUSED);
  EXPECT_THAT(reply.what(), HasSubstr("/etc/pgbouncer/other.ini"));
}

}  // namespace
}  // namespace cutover::agent
