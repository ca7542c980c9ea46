// Steps 8 to 13 of the protocol, and recovery's own: the decision, what makes it safe, the switch.
#include <algorithm>
#include <iterator>

#include "common/async/gather.h"
#include "controller/cutover/steps.h"
#include "controller/cutover/steps_shared.h"

namespace cutover::steps {
namespace {

// ── decide ──

Task<Outcome> apply_decide(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.decide();
  co_return outcome;
}

Task<Outcome> decision_holds(const Observer& fleet, const RunState& state) {
  const auto record = co_await fleet.run_record();
  if (!record) co_return in_doubt(record.error());
  if (record->claim != state.claim) co_return refused("the epoch belongs to another run");
  co_return record->decided && record->fenced ? done() : refused("there is no decision");
}

Task<Outcome> apply_undo_decision(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.undo_decision();
  co_return outcome;
}

Task<Outcome> no_decision_holds(const Observer& fleet, const RunState&) {
  const auto record = co_await fleet.run_record();
  if (!record) co_return in_doubt(record.error());
  co_return record->decided || record->fenced ? refused("the fence is still up") : done();
}

// ── seal ──

Task<Outcome> apply_seal(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.seal();
  co_return outcome;
}

Task<Outcome> seal_still_holds(const Observer& fleet, const RunState&) {
  const auto outcome = co_await fleet.seal_holds();
  co_return outcome;
}

// ── hooks ──

Task<Outcome> apply_after_decision_hook(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.run_hook(Hook::after_decision);
  co_return outcome;
}

Task<Outcome> apply_after_resume_hook(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.run_hook(Hook::after_resume);
  co_return outcome;
}

Task<Outcome> apply_on_abort_hook(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.run_hook(Hook::on_abort);
  co_return outcome;
}

Task<Outcome> hook_did_not_end(const Observer&, const RunState&) {
  co_return refused("the hook did not end in time");
}

// ── second gate ──

Task<Outcome> mark_and_wait(Actuator& fleet, RunState& state) {
  const auto mark = co_await fleet.set_mark();
  if (!mark) co_return refused(mark.error());
  state.mark = *mark;
  const auto outcome = co_await wait_for_gate(fleet, state);
  co_return outcome;
}

using Acts = std::vector<Task<Outcome>>;

/// Nobody can take a value of a sequence any more: blue is sealed.
Task<Outcome> pass_second_gate(Actuator& fleet, RunState& state, Acts acts) {
  acts.push_back(mark_and_wait(fleet, state));
  acts.push_back(fleet.sync_sequences());
  const auto outcomes = co_await gather(std::move(acts));
  const auto outcome = worst_of(outcomes);
  if (!outcome.is_done()) co_return outcome;
  const auto position = co_await fleet.make_green_durable();
  if (!position) co_return refused(position.error());
  state.green_position = *position;
  co_return done();
}

/// DDL that waited behind the locks of `hold` goes on with the decision's commit; after the seal
/// there is none any more, so what is looked at now is what green has to have.
Task<Outcome> apply_second_gate(Actuator& fleet, RunState& state) {
  Acts acts;
  acts.push_back(fleet.schema_holds());
  const auto outcome = co_await pass_second_gate(fleet, state, std::move(acts));
  co_return outcome;
}

Task<Outcome> second_gate_is_open(const Observer&, const RunState&) {
  // Half of it may have been done; only the whole of it, done again, is worth anything.
  co_return refused("the second gate did not open in time");
}

// ── last look ──

Task<Outcome> every_bouncer_is_paused(const Observer& fleet) {
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "paused", [](const BouncerSight& sight) { return sight.paused; });
}

/// An agent that was lost since the pause, or a pause that ended, is noticed while the run can
/// still turn back; the next that asks them is the switch.
Task<Outcome> last_look_holds(const Observer& fleet, const RunState&) {
  std::vector<Task<Outcome>> looks;
  looks.push_back(fleet.servers_are_the_same());
  looks.push_back(every_bouncer_is_paused(fleet));
  const auto outcomes = co_await gather(std::move(looks));
  co_return worst_of(outcomes);
}

Task<Outcome> apply_last_look(Actuator& fleet, RunState& state) {
  const auto outcome = co_await last_look_holds(fleet, state);
  co_return outcome;
}

// ── old fence ──

Task<Outcome> apply_old_fence(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.take_down_old_fence();
  co_return outcome;
}

Task<Outcome> old_fence_holds(const Observer& fleet, const RunState&) {
  const auto outcome = co_await fleet.old_fence_is_down();
  co_return outcome;
}

// ── switch ──

Task<Outcome> apply_switch(Actuator& fleet, RunState&) {
  const auto switched = co_await fleet.switch_bouncers();
  co_return combined(switched);
}

Task<Outcome> switch_holds(const Observer& fleet, const RunState&) {
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "switched", [](const BouncerSight& sight) {
    return sight.switched && sight.all_green;
  });
}

// ── prove, release ──

Task<Outcome> apply_prove(Actuator& fleet, RunState&) {
  const auto answers = co_await fleet.green_answers();
  co_return combined(answers);
}

Task<Outcome> prove_holds(const Observer& fleet, const RunState&) {
  const auto answers = co_await fleet.green_answers();
  co_return combined(answers);
}

// ── way back ──

Task<Outcome> apply_way_back(Actuator& fleet, RunState& state) {
  const auto outcome = co_await fleet.open_way_back(state.mark);
  co_return outcome;
}

Task<Outcome> way_back_holds(const Observer& fleet, const RunState&) {
  const auto outcome = co_await fleet.way_back_is_open();
  co_return outcome;
}

Task<Outcome> apply_release(Actuator& fleet, RunState&) {
  const auto agents = co_await fleet.revert_bouncers();
  const auto blue = co_await fleet.release_blue();
  co_return worse_of(combined(agents), blue);
}

Task<Outcome> release_holds(const Observer& fleet, const RunState&) {
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "released",
                          [](const BouncerSight& sight) { return !sight.armed && !sight.paused; });
}

// ── recovery ──

/// Staged, or further than that: arming is then refused and not needed.
bool is_armed_or_beyond(const BouncerSight& sight) {
  return sight.armed || sight.paused || sight.intent || sight.switched;
}

Task<Outcome> apply_arm_again(Actuator& fleet, RunState&) {
  const auto armed = co_await fleet.arm_bouncers();
  const auto sights = co_await fleet.look_at_bouncers();
  FleetOutcome missing;
  // An agent out of reach must not keep the others from going forward; the switch step names it.
  const auto is_excused = [&](const std::string& bouncer) {
    return std::any_of(sights.begin(), sights.end(), [&](const BouncerSight& sight) {
      return sight.bouncer == bouncer && (sight.unreachable || is_armed_or_beyond(sight));
    });
  };
  std::copy_if(armed.begin(), armed.end(), std::back_inserter(missing),
               [&](const BouncerOutcome& one) {
                 return one.outcome.is_refused() && !is_excused(one.bouncer);
               });
  co_return combined(missing);
}

Task<Outcome> armed_or_beyond(const Observer& fleet, const RunState&) {
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "armed", is_armed_or_beyond);
}

/// Where green follows blue no more, the gate was passed, and no mark would ever arrive. There is
/// no turning back, whatever the schema is.
Task<Outcome> apply_second_gate_again(Actuator& fleet, RunState& state) {
  const auto left = co_await fleet.green_has_left();
  if (left.is_done()) co_return left;
  Acts acts;
  const auto outcome = co_await pass_second_gate(fleet, state, std::move(acts));
  co_return outcome;
}

/// A run without a way back, or one whose way back was removed since, leaves nothing to open.
Task<Outcome> apply_way_back_if_armed(Actuator& fleet, RunState& state) {
  const auto open = co_await fleet.way_back_is_open();
  if (open.is_done()) co_return open;
  const auto armed = co_await fleet.way_back_is_armed();
  if (armed.is_refused()) co_return done("none: " + armed.detail);
  const auto outcome = co_await fleet.open_way_back(state.mark);
  co_return outcome;
}

Task<Outcome> apply_resume(Actuator& fleet, RunState&) {
  const auto resumed = co_await fleet.resume_bouncers();
  co_return combined(resumed);
}

Task<Outcome> resume_holds(const Observer& fleet, const RunState&) {
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "serving what it served before", [](const BouncerSight& sight) {
    return !sight.paused && !sight.intent && sight.all_blue;
  });
}

Task<Outcome> apply_disarm(Actuator& fleet, RunState&) {
  const auto agents = co_await fleet.revert_bouncers();
  const auto triggers = co_await fleet.remove_triggers();
  const auto way_back = co_await fleet.disarm_way_back();
  co_return worse_of(worse_of(combined(agents), triggers), way_back);
}

}  // namespace

const Parts decide{apply_decide, decision_holds, apply_undo_decision};
const Parts seal{apply_seal, seal_still_holds, nothing_to_undo};
const Parts after_decision_hook{apply_after_decision_hook, hook_did_not_end, nothing_to_undo};
const Parts second_gate{apply_second_gate, second_gate_is_open, nothing_to_undo};
const Parts last_look{apply_last_look, last_look_holds, nothing_to_undo};
const Parts old_fence{apply_old_fence, old_fence_holds, nullptr};
const Parts switch_over{apply_switch, switch_holds, nullptr};
const Parts prove{apply_prove, prove_holds, nullptr};
const Parts way_back{apply_way_back, way_back_holds, nullptr};
const Parts after_resume_hook{apply_after_resume_hook, hook_did_not_end, nullptr};
const Parts release{apply_release, release_holds, nullptr};
const Parts on_abort_hook{apply_on_abort_hook, hook_did_not_end, nullptr};

const Parts arm_again{apply_arm_again, armed_or_beyond, nullptr};
const Parts second_gate_again{apply_second_gate_again, second_gate_is_open, nullptr};
const Parts way_back_if_armed{apply_way_back_if_armed, way_back_holds, nullptr};
const Parts undo_decision{apply_undo_decision, no_decision_holds, nullptr};
const Parts resume{apply_resume, resume_holds, nullptr};
const Parts disarm{apply_disarm, release_holds, nullptr};

}  // namespace cutover::steps
