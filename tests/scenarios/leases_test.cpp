// What a lease that is lost ends, and what it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/play.h"

namespace cutover::scenarios {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Leases, ALeaseLostBetweenStepsAbortsTheAttempt) {
  for (const auto& site : held_sites()) {
    if (site.step == "last look") continue;  // too late to be noticed
    Play play(patient());
    play.fleet.latency = milliseconds(400);
    play.fleet.on_call = [&](const Site& called) {
      if (called == site) play.world.agents.back().paused = false;
    };
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::aborted)) << site.step << "\n" << play.transcript.text();
    EXPECT_TRUE(play.world.is_as_before()) << site.step << "\n" << play.transcript.text();
  }
}

TEST(Leases, ALeaseLostTooLateToBeNoticedBreaksNoPromise) {
  for (const auto& site : held_sites()) {
    Play play(patient());
    play.fleet.on_call = [&](const Site& called) {
      if (called == site) play.world.agents.back().paused = false;
    };
    play.run_cutover();
    EXPECT_THAT(play.broken_promises(), IsEmpty()) << site.step << "\n" << play.transcript.text();
  }
}

TEST(Leases, ARenewalThatFailsInAnyWayAbortsTheAttempt) {
  for (const auto way : all_ways) {
    if (way == Way::reply_lost) continue;
    Play play(patient());
    play.fleet.latency = milliseconds(300);
    play.fleet.faults = {{{"", false, "renew_leases"}, way, Fault::always}};
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::aborted)) << name_of(way) << "\n" << play.transcript.text();
    EXPECT_TRUE(play.world.is_as_before()) << name_of(way) << "\n" << play.transcript.text();
  }
}

TEST(Leases, ALostLeaseEndsTheStepUnderWayBeforeAnyPauseRunsOut) {
  for (const auto& site : held_sites()) {
    for (const auto way : {Way::hangs, Way::hangs_after}) {
      Play play(patient());
      play.fleet.faults = {{site, way, 1, /*blinds_looks=*/true},
                           {{"", false, "renew_leases"}, Way::request_lost, Fault::always}};
      play.run_cutover();
      EXPECT_TRUE(play.ended(RunOutcome::aborted)) << site.step << "\n" << play.transcript.text();
      EXPECT_TRUE(play.world.is_as_before()) << site.step << "\n" << play.transcript.text();
      EXPECT_THAT(play.report.cause.detail, HasSubstr("a pause was not kept")) << site.step;
      for (const auto& agent : play.world.agents)
        EXPECT_EQ(agent.lease_expiries, 0U) << site.step << "\n" << play.transcript.text();
    }
  }
}

TEST(Leases, ALostLeaseEndsTheLookThatSettlesADoubtToo) {
  Play play(patient());
  play.fleet.latency = milliseconds(300);  // the doubt comes before the loss
  play.fleet.faults = {{{"decide", false, "decide"}, Way::request_lost},
                       {{"decide", false, "run_record"}, Way::hangs},
                       {{"", false, "renew_leases"}, Way::request_lost, Fault::always}};
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::aborted)) << play.transcript.text();
  EXPECT_THAT(play.report.cause.detail, HasSubstr("the answer to decide was lost"));
  for (const auto& agent : play.world.agents)
    EXPECT_EQ(agent.lease_expiries, 0U) << play.transcript.text();
}

TEST(Leases, OneThatIsLostNeverCutsAStepThatOnlyGoesForward) {
  for (const auto& site : sites_of(cutover_plan(patient()))) {
    if (stage_of(cutover_plan(patient()), site) != Stage::forward) continue;
    Play play(patient());
    play.fleet.faults = {{site, Way::hangs},
                         {{site.step, false, "renew_leases"}, Way::refused, Fault::always}};
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::done)) << site.step << "\n" << play.transcript.text();
    EXPECT_GE(play.clock.elapsed(), seconds(5)) << site.step << "\n" << play.transcript.text();
  }
}

TEST(Leases, ARenewalThatFailsAfterTheSwitchStopsNothing) {
  for (const auto way : all_ways) {
    Play play(patient());
    play.fleet.faults = {{{"switch", false, "switch_bouncers"}, Way::request_lost, 20},
                         {{"switch", false, "renew_leases"}, way, Fault::always}};
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::done)) << name_of(way) << "\n" << play.transcript.text();
  }
}

TEST(Leases, ALongDrainDoesNotCostTheLease) {
  RunLimits limits = patient();
  limits.drain_timeout = milliseconds(2'000);
  limits.lease = milliseconds(2'400);
  Play play(limits);
  play.fleet.latency = milliseconds(100);
  play.fleet.drain = milliseconds(1'900);
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::done)) << play.transcript.text();
  for (const auto& agent : play.world.agents) EXPECT_EQ(agent.lease_expiries, 0U);
}

}  // namespace
}  // namespace cutover::scenarios
