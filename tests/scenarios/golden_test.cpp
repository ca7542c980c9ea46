// Transcripts of named scenarios, compared exactly with golden/*.txt: what an operator's journal
// would hold, with virtual times.
#include <gtest/gtest.h>

#include <functional>

#include "tests/scenarios/play.h"

namespace cutover::scenarios {
namespace {

struct Golden {
  const char* name;
  std::function<void(Play&)> play;
};

void script(Play& play, std::vector<Fault> faults) {
  play.fleet.faults = std::move(faults);
  play.run_cutover();
}

const Golden goldens[] = {
    {"a_quiet_cutover", [](Play& play) { play.run_cutover(); }},
    {"a_rollback",
     [](Play& play) {
       play.leave_an_old_fence();
       play.run(rollback_plan(play.state.limits));
     }},
    {"the_controller_dies_before_the_way_back_is_open_and_recovery_opens_it",
     [](Play& play) {
       play.die_at({"way back", false, "open_way_back"});
       play.recover(RecoveryWish::none);
     }},
    {"a_rehearsal", [](Play& play) { play.run(rehearsal_plan(play.state.limits)); }},
    {"one_bouncer_refuses_the_pause_once",
     [](Play& play) {
       play.state.limits.attempts = 2;
       script(play, {{{"pause", false, "pause_bouncers"}, Way::refused}});
     }},
    {"the_reply_to_the_decision_is_lost",
     [](Play& play) {
       script(play, {{{"decide", false, "decide"}, Way::reply_lost}});
     }},
    {"the_second_gate_stays_closed",
     [](Play& play) {
       script(play, {{{"second gate", false, "look_at_gate"}, Way::hangs, Fault::always}});
     }},
    {"the_decision_cannot_be_undone",
     [](Play& play) {
       script(play, {{{"seal", false, "seal"}, Way::refused},
                     {{"decide", true, "undo_decision"}, Way::request_lost, Fault::always}});
     }},
    {"half_of_the_switch_is_lost_once",
     [](Play& play) {
       script(play, {{{"switch", false, "switch_bouncers"}, Way::partial}});
     }},
    {"the_operator_interrupts_at_the_first_gate",
     [](Play& play) {
       play.abort_at({"first gate", false, "look_at_gate"});
       play.run_cutover();
     }},
    {"the_controller_dies_after_the_decision_and_recovery_goes_back",
     [](Play& play) {
       play.die_at({"second gate", false, "set_mark"});
       play.recover(RecoveryWish::none);
     }},
    {"the_controller_dies_in_the_switch_and_recovery_goes_forward",
     [](Play& play) {
       play.fleet.faults = {{{"switch", false, "switch_bouncers"}, Way::partial}};
       play.die_at({"switch", false, "switch_bouncers"}, milliseconds(2));
       play.recover(RecoveryWish::none);
     }},
};

TEST(Golden, TranscriptsAreWhatTheyWere) {
  for (const auto& golden : goldens) {
    Play play;
    golden.play(play);
    EXPECT_EQ(differs_from_golden(golden.name, play.transcript.text()), "");
  }
}

TEST(Golden, TheSameScenarioTwiceIsTheSameTranscript) {
  for (const auto& golden : goldens) {
    Play once;
    Play again;
    golden.play(once);
    golden.play(again);
    EXPECT_EQ(once.transcript.text(), again.transcript.text()) << golden.name;
  }
}

}  // namespace
}  // namespace cutover::scenarios
