// What ends an attempt besides a failed call and a lost lease: the operator, the pause budget; and
// how attempts follow each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/play.h"

namespace cutover::scenarios {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Agents, OneThatDiesBeforeTheSwitchAbortsTheRunAndTheOthersAreResumed) {
  for (const auto& site : sites_of(cutover_plan(one_attempt()))) {
    if (stage_of(cutover_plan(one_attempt()), site) != Stage::attempt) continue;
    Play play;
    play.fleet.on_call = [&](const Site& called) {
      if (called == site) play.world.agents.front().dead = true;
    };
    play.run_cutover();
    EXPECT_FALSE(play.world.agents.back().paused && !play.world.switch_was_sent)
        << site.step << "\n"
        << play.transcript.text();
    EXPECT_THAT(play.broken_promises(), IsEmpty()) << site.step << "\n" << play.transcript.text();
  }
}

TEST(Interruption, BeforeTheSwitchLeavesEverythingAsItWas) {
  const auto plan = cutover_plan(one_attempt());
  for (const auto& site : sites_of(plan)) {
    if (stage_of(plan, site) != Stage::setup && stage_of(plan, site) != Stage::attempt) continue;
    Play play(patient());
    play.abort_at(site);
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::aborted)) << site.step << "\n" << play.transcript.text();
    EXPECT_TRUE(play.world.is_as_before()) << site.step << "\n" << play.transcript.text();
    EXPECT_THAT(play.report.cause.detail, HasSubstr("interrupted")) << site.step;
  }
}

TEST(Interruption, BeforeThePauseNeverPausesAnybody) {
  const auto plan = cutover_plan(one_attempt());
  for (const auto& site : sites_of(plan)) {
    if (is_held(plan, site) || stage_of(plan, site) == Stage::forward ||
        stage_of(plan, site) == Stage::after) {
      continue;
    }
    Play play;
    play.abort_at(site);
    play.run_cutover();
    EXPECT_EQ(play.fleet.sites.count({"pause", false, "pause_bouncers"}), 0U)
        << site.step << "/" << site.call << "\n"
        << play.transcript.text();
  }
}

TEST(Interruption, FromTheSwitchOnIsNotHeeded) {
  const auto plan = cutover_plan(one_attempt());
  for (const auto& site : sites_of(plan)) {
    if (stage_of(plan, site) == Stage::setup || stage_of(plan, site) == Stage::attempt) continue;
    Play play;
    play.abort_at(site);
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::done)) << site.step << "\n" << play.transcript.text();
  }
}

TEST(Interruption, EndsTheWaitForTheNextAttempt) {
  RunLimits limits = one_attempt();
  limits.attempts = 5;
  limits.backoff = seconds(30);
  Play play(limits);
  play.fleet.faults = {{{"mark", false, "set_mark"}, Way::refused, Fault::always}};
  play.clock.after(seconds(2), [&] { play.abort_wanted = true; });
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::aborted));
  EXPECT_LT(play.clock.elapsed(), seconds(3));
}

TEST(Budget, SpentAtAnyStepMeansBackToBlue) {
  for (const auto& site : held_sites()) {
    RunLimits limits = one_attempt();
    limits.pause_budget = milliseconds(1'000);
    Play play(limits);
    play.fleet.faults = {{site, Way::hangs_after}};
    play.run_cutover();
    if (play.world.switch_was_sent) continue;  // a look settled it in time
    EXPECT_TRUE(play.ended(RunOutcome::aborted)) << site.step << "\n" << play.transcript.text();
    EXPECT_TRUE(play.world.is_as_before()) << site.step << "\n" << play.transcript.text();
    EXPECT_LT(*play.report.pause, milliseconds(1'200)) << site.step << "\n"
                                                       << play.transcript.text();
  }
}

TEST(Budget, IsTheSumOfAllSteps) {
  RunLimits limits = one_attempt();
  limits.pause_budget = milliseconds(1'000);
  Play play(limits);
  play.fleet.latency = milliseconds(150);
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::aborted)) << play.transcript.text();
  EXPECT_TRUE(play.world.is_as_before());
}

TEST(Budget, StartsAnewInEveryAttemptAlsoWhenAResumeWasNeverAnswered) {
  RunLimits limits = one_attempt();
  limits.attempts = 2;
  Play play(limits);
  play.fleet.faults = {{{"hold", false, "hold_writers"}, Way::refused},
                       {{"pause", true, "resume_bouncers"}, Way::request_lost, 3}};
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::done)) << play.transcript.text();
  EXPECT_LT(*play.report.pause, milliseconds(100)) << play.transcript.text();
}

TEST(Budget, AnUndoThatHangsHardlyDelaysTheResume) {
  for (const auto way : {Way::hangs, Way::hangs_after, Way::request_lost}) {
    Play play;
    play.fleet.faults = {{{"mark", false, "set_mark"}, Way::refused},
                         {{"hold", true, "release_writers"}, way, Fault::always}};
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::aborted));
    EXPECT_LT(*play.report.pause, milliseconds(1'100)) << play.transcript.text();
  }
}

std::chrono::microseconds held_when_agents_say(std::vector<std::chrono::microseconds> held_for) {
  Play play;
  play.fleet.drain = milliseconds(50);
  play.fleet.held_for = std::move(held_for);
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::done)) << play.transcript.text();
  return play.report.pause.value_or(std::chrono::microseconds(0));
}

TEST(Held, IsCountedFromTheFirstPauseThatAnyAgentSent) {
  const auto earlier = held_when_agents_say({milliseconds(10), milliseconds(30)});
  EXPECT_EQ(earlier, held_when_agents_say({milliseconds(30), milliseconds(30)}));
  EXPECT_EQ(earlier, held_when_agents_say({milliseconds(20), milliseconds(20)}) + milliseconds(10));
}

TEST(Held, IsCountedFromTheBeginningOfTheStepWhereAnAgentDoesNotSay) {
  const auto whole = held_when_agents_say({});
  EXPECT_EQ(whole, held_when_agents_say({milliseconds(30)}));
  EXPECT_GT(whole, held_when_agents_say({milliseconds(30), milliseconds(30)}));
}

TEST(Attempts, FollowEachOtherWithADoublingBackOffUpToTheLimit) {
  RunLimits limits;
  limits.attempts = 8;
  limits.quiet_timeout = milliseconds(100);
  Play play(limits);
  play.world.is_quiet = false;
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::aborted));
  EXPECT_EQ(play.report.attempts, 8U);
  for (const char* next : {"1000 ms", "2000 ms", "4000 ms", "8000 ms", "16000 ms", "30000 ms"}) {
    EXPECT_THAT(play.transcript.text(), HasSubstr(std::string("next in ") + next));
  }
  EXPECT_FALSE(play.report.pause) << "nobody was ever paused";
  EXPECT_TRUE(play.world.is_as_before());
}

TEST(Attempts, ADrainThatTakesTooLongIsTriedAgain) {
  RunLimits limits = one_attempt();
  limits.attempts = 2;
  Play play(limits);
  play.fleet.drain = seconds(3);
  play.fleet.on_call = [&](const Site& site) {
    if (site.is_undo && site.call == "resume_bouncers") play.fleet.drain = milliseconds(5);
  };
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::done)) << play.transcript.text();
  EXPECT_EQ(play.report.attempts, 2U);
}

TEST(Attempts, AGateThatStaysClosedIsNotPassed) {
  Play play;
  play.world.gate_is_open = false;
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::aborted));
  EXPECT_TRUE(play.world.is_as_before()) << play.transcript.text();
}

TEST(Hooks, OnAbortIsRunOnceWheneverTheRunIsAborted) {
  for (const Site& site :
       {Site{"arm", false, "install_triggers"},
        Site{"hook before pause", false, "hook before_pause"}, Site{"seal", false, "seal"}}) {
    Play play;
    play.fleet.faults = {{site, Way::refused}};
    int calls = 0;
    play.fleet.on_call = [&](const Site& called) { calls += called.call == "hook on_abort"; };
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::aborted));
    EXPECT_EQ(calls, 1) << site.step << "\n" << play.transcript.text();
  }
}

TEST(Hooks, AfterResumeThatFailsOnlyWarnsAndIsNotRunAgain) {
  Play play;
  play.fleet.faults = {
      {{"hook after resume", false, "hook after_resume"}, Way::refused, Fault::always}};
  int calls = 0;
  play.fleet.on_call = [&](const Site& called) { calls += called.call == "hook after_resume"; };
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::done)) << play.transcript.text();
  EXPECT_EQ(calls, 1);
  ASSERT_EQ(play.report.warnings.size(), 1U);
  EXPECT_THAT(play.report.warnings.front().detail, HasSubstr("hook after resume"));
}

TEST(Hooks, OnAbortThatFailsIsToldAndChangesNothing) {
  for (const auto way : all_ways) {
    if (way == Way::reply_lost || way == Way::hangs_after) continue;
    Play play;
    play.fleet.faults = {{{"seal", false, "seal"}, Way::refused},
                         {{"hook on abort", false, "hook on_abort"}, way, Fault::always}};
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::aborted)) << name_of(way) << "\n" << play.transcript.text();
    ASSERT_EQ(play.report.warnings.size(), 1U) << name_of(way);
    EXPECT_THAT(play.report.warnings.front().detail, HasSubstr("hook on abort"));
  }
}

TEST(Overtaken, ARunWhoseEpochIsAnothersEndsInDoubtAtOnceAndSaysNothingOfWhereClientsAre) {
  for (const Site& site :
       {Site{"hook before pause", false, "hook before_pause"},
        Site{"wait", false, "look_at_traffic"}, Site{"mark", false, "set_mark"}}) {
    RunLimits limits = one_attempt();
    limits.attempts = 5;
    Play play(limits);
    play.fleet.faults = {{site, Way::refused, Fault::always}};
    int calls = 0;
    play.fleet.on_call = [&](const Site& called) {
      if (called.call == site.call) play.world.record.claim = {"run-2", 9};
      calls += called.call == "hook on_abort";
    };
    play.run_cutover();
    EXPECT_TRUE(play.ended(RunOutcome::in_doubt)) << play.transcript.text();
    EXPECT_LE(play.report.attempts, 1U);
    EXPECT_EQ(calls, 0) << site.step;
    EXPECT_THAT(play.report.cause.detail, HasSubstr("belongs to run-2 now"));
  }
}

TEST(Aborted, WhatCouldNotBeUndoneIsSaidBesideTheCause) {
  Play play;
  play.fleet.faults = {{{"mark", false, "set_mark"}, Way::refused},
                       {{"hold", true, "release_writers"}, Way::refused, Fault::always},
                       {{"arm", true, "remove_triggers"}, Way::refused, Fault::always}};
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::aborted)) << play.transcript.text();
  EXPECT_THAT(play.report.cause.detail, HasSubstr("set_mark"));
  EXPECT_THAT(play.report.cause.detail, HasSubstr("left behind: "));
  EXPECT_THAT(play.report.cause.detail, HasSubstr("release_writers"));
  EXPECT_THAT(play.report.cause.detail, HasSubstr("remove_triggers"));
  EXPECT_THAT(play.report.cause.hint, HasSubstr("cutover recover"));
}

}  // namespace
}  // namespace cutover::scenarios
