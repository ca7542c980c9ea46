// The controller dies at every call of the plan; recovery brings all-blue or all-green.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/play.h"

namespace cutover::scenarios {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;

enum class Wait { none, until_leases_ran_out };

constexpr microseconds before_its_effect(0);
constexpr microseconds after_its_effect(1'001);

void kill_and_recover(Play& play, const Site& site, Wait wait, RecoveryWish wish,
                      microseconds later = before_its_effect) {
  play.die_at(site, later);
  if (wait == Wait::until_leases_ran_out) play.clock.pass(seconds(5));
  play.recover(wish);
}

void expect_all_one_colour(Play& play, const Site& site) {
  const auto where = site.step + "/" + site.call + "\n" + play.transcript.text();
  EXPECT_THAT(play.world.wrongs, IsEmpty()) << where;
  EXPECT_FALSE(play.world.anyone_paused()) << where;
  if (play.world.everyone_on(false)) {
    EXPECT_FALSE(play.world.record.fenced) << where;
    EXPECT_FALSE(play.world.sessions_under_fence) << where;
    EXPECT_EQ(play.world.old_fence_is_up, play.world.has_old_fence) << where;
  } else {
    EXPECT_FALSE(play.world.old_fence_is_up) << where;
    EXPECT_TRUE(play.world.everyone_on(true)) << where;
    EXPECT_TRUE(play.world.record.decided) << where;
    EXPECT_TRUE(play.world.way_back_is_open) << where;
  }
}

TEST(Recovery, BringsAllOfOneColourWhereverTheControllerDied) {
  for (const auto& site : sites_of(cutover_plan(one_attempt()))) {
    for (const auto wait : {Wait::none, Wait::until_leases_ran_out}) {
      for (const auto wish : {RecoveryWish::none, RecoveryWish::forward, RecoveryWish::back}) {
        for (const auto later : {before_its_effect, after_its_effect}) {
          Play play;
          play.leave_an_old_fence();
          kill_and_recover(play, site, wait, wish, later);
          play.recover(RecoveryWish::none);  // where the wish was refused
          expect_all_one_colour(play, site);
          EXPECT_EQ(play.recover(RecoveryWish::none), RecoveryCourse::nothing)
              << site.step << "\n"
              << play.transcript.text();
        }
      }
    }
  }
}

TEST(Recovery, WithOneOfTwoSwitchedGoesForward) {
  for (const auto wait : {Wait::none, Wait::until_leases_ran_out}) {
    Play play;
    play.fleet.faults = {{{"switch", false, "switch_bouncers"}, Way::partial}};
    kill_and_recover(play, {"switch", false, "switch_bouncers"}, wait, RecoveryWish::none,
                     after_its_effect);
    EXPECT_TRUE(play.ended(RunOutcome::done)) << play.transcript.text();
    EXPECT_TRUE(play.world.everyone_on(true)) << play.transcript.text();
    EXPECT_THAT(play.world.wrongs, IsEmpty()) << play.transcript.text();
  }
}

TEST(Recovery, ADeadAgentKeepsNobodyElseFromGoingForward) {
  Play play(one_attempt(), 3);
  play.fleet.faults = {{{"switch", false, "switch_bouncers"}, Way::partial, Fault::always}};
  play.die_at({"switch", false, "switch_bouncers"}, after_its_effect);
  play.fleet.faults.clear();
  play.world.agents[2].dead = true;
  play.recover(RecoveryWish::none);
  EXPECT_TRUE(play.ended(RunOutcome::in_doubt)) << play.transcript.text();
  EXPECT_TRUE(play.world.agents[0].on_green && play.world.agents[1].on_green);
  play.world.agents[2].dead = false;
  play.recover(RecoveryWish::none);
  EXPECT_TRUE(play.ended(RunOutcome::done));
  EXPECT_TRUE(play.world.everyone_on(true));
}

TEST(Recovery, OfARecoveryThatDiedEndsAsWell) {
  for (const Site& first : {Site{"seal", false, "seal"}, Site{"mark", false, "set_mark"},
                            Site{"switch", false, "switch_bouncers"}}) {
    for (const auto& plan :
         {recovery_back_plan(one_attempt()), recovery_forward_plan(one_attempt())}) {
      for (const auto& step : plan.steps) {
        Play play;
        play.die_at(first, after_its_effect);
        play.fleet.faults = {{{step.name, false, "undo_decision"}, Way::hangs, 1},
                             {{step.name, false, "resume_bouncers"}, Way::partial, 1},
                             {{step.name, false, "seal"}, Way::reply_lost, 1},
                             {{step.name, false, "switch_bouncers"}, Way::partial, 1}};
        play.recover(RecoveryWish::none);
        play.fleet.faults.clear();
        play.recover(RecoveryWish::none);
        expect_all_one_colour(play, first);
      }
    }
  }
}

TEST(Recovery, ThatTakesLongerThanALeaseLetsNoClientThroughToAFencedBlue) {
  for (const auto wish : {RecoveryWish::forward, RecoveryWish::back}) {
    Play play;
    play.die_at({"seal", false, "seal"}, after_its_effect);
    ASSERT_TRUE(play.world.anyone_paused()) << play.transcript.text();
    const bool forward = wish == RecoveryWish::forward;
    play.fleet.faults = {
        {{forward ? "seal" : "undo decision", false, forward ? "seal" : "undo_decision"},
         Way::refused,
         100}};
    play.recover(wish);
    EXPECT_GT(play.clock.elapsed(), 2 * play.state.limits.lease);
    EXPECT_TRUE(play.ended(RunOutcome::done)) << play.transcript.text();
    EXPECT_TRUE(play.world.everyone_on(forward)) << play.transcript.text();
    for (const auto& agent : play.world.agents) {
      EXPECT_EQ(agent.lease_expiries, 0U) << play.transcript.text();
    }
  }
}

}  // namespace
}  // namespace cutover::scenarios
