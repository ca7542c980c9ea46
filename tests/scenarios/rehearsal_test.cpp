// A rehearsal pauses for real, moves nothing and leaves everything as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenarios/play.h"

namespace cutover::scenarios {
namespace {

using testing::IsEmpty;

TEST(Rehearsal, PausesMovesNothingAndLeavesEverythingAsItWas) {
  Play play;
  play.run(rehearsal_plan(play.state.limits));
  EXPECT_TRUE(play.ended(RunOutcome::done));
  EXPECT_TRUE(play.report.pause.has_value());
  EXPECT_TRUE(play.world.is_as_before()) << play.transcript.text();
  EXPECT_THAT(play.world.wrongs, IsEmpty());
  for (const auto& site : play.fleet.sites) {
    EXPECT_NE(site.call, "decide");
    EXPECT_NE(site.call, "switch_bouncers");
  }
}

TEST(Rehearsal, WhateverFailsLeavesEverythingAsItWas) {
  const auto plan = rehearsal_plan(one_attempt());
  for (const auto& site : sites_of(plan)) {
    for (const auto way : all_ways) {
      Play play;
      play.fleet.faults = {{site, way, Fault::always, true}};
      play.run(plan);
      EXPECT_TRUE(play.world.is_as_before()) << to_text(play.fleet.faults[0]) << "\n"
                                             << play.transcript.text();
      EXPECT_FALSE(play.ended(RunOutcome::in_doubt)) << to_text(play.fleet.faults[0]);
    }
  }
}

TEST(Rehearsal, IsNotDoneWhenABouncerWasNotResumed) {
  Play play;
  play.fleet.faults = {{{"pause", true, "resume_bouncers"}, Way::request_lost, Fault::always}};
  play.run(rehearsal_plan(play.state.limits));
  EXPECT_FALSE(play.ended(RunOutcome::done)) << play.transcript.text();
}

}  // namespace
}  // namespace cutover::scenarios
