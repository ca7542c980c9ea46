// Steps 8 to 12 of the protocol, and recovery's own: the decision, what makes it safe, the switch.
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
  if (record->claim != state.claim) co_return refused("blue's epoch belongs to another run");
  co_return record->decided && record->fenced ? done() : refused("there is no decision on blue");
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

Task<Outcome> apply_second_gate(Actuator& fleet, RunState& state) {
  const auto mark = co_await fleet.set_mark();
  if (!mark) co_return refused(mark.error());
  state.mark = *mark;
  std::vector<Task<Outcome>> waits;
  waits.push_back(wait_for_gate(fleet, state));
  waits.push_back(fleet.sync_sequences());
  const auto outcomes = co_await gather(std::move(waits));
  const auto outcome = worst_of(outcomes);
  if (!outcome.is_done()) co_return outcome;
  const auto position = co_await fleet.make_green_durable();
  if (!position) co_return refused(position.error());
  state.green_position = *position;
  co_return done();
}

Task<Outcome> second_gate_is_open(const Observer&, const RunState&) {
  // Half of it may have been done; only the whole of it, done again, is worth anything.
  co_return refused("the second gate did not open in time");
}

// ── last look ──

Task<Outcome> apply_last_look(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.servers_are_the_same();
  co_return outcome;
}

Task<Outcome> last_look_holds(const Observer& fleet, const RunState&) {
  const auto outcome = co_await fleet.servers_are_the_same();
  co_return outcome;
}

// ── switch ──

Task<Outcome> apply_switch(Actuator& fleet, RunState&) {
  const auto switched = co_await fleet.switch_bouncers();
  co_return combined(switched);
}

Task<Outcome> switch_holds(const Observer& fleet, const RunState&) {
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "switched to green", [](const BouncerSight& sight) {
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

Task<Outcome> apply_resume(Actuator& fleet, RunState&) {
  const auto resumed = co_await fleet.resume_bouncers();
  co_return combined(resumed);
}

Task<Outcome> resume_holds(const Observer& fleet, const RunState&) {
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "serving blue", [](const BouncerSight& sight) {
    return !sight.paused && !sight.intent && sight.all_blue;
  });
}

Task<Outcome> apply_disarm(Actuator& fleet, RunState&) {
  const auto agents = co_await fleet.revert_bouncers();
  const auto triggers = co_await fleet.remove_triggers();
  co_return worse_of(combined(agents), triggers);
}

}  // namespace

const Parts decide{apply_decide, decision_holds, apply_undo_decision};
const Parts seal{apply_seal, seal_still_holds, nothing_to_undo};
const Parts after_decision_hook{apply_after_decision_hook, hook_did_not_end, nothing_to_undo};
const Parts second_gate{apply_second_gate, second_gate_is_open, nothing_to_undo};
const Parts last_look{apply_last_look, last_look_holds, nothing_to_undo};
const Parts switch_over{apply_switch, switch_holds, nullptr};
const Parts prove{apply_prove, prove_holds, nullptr};
const Parts after_resume_hook{apply_after_resume_hook, hook_did_not_end, nullptr};
const Parts release{apply_release, release_holds, nullptr};
const Parts on_abort_hook{apply_on_abort_hook, hook_did_not_end, nullptr};

const Parts arm_again{apply_arm_again, armed_or_beyond, nullptr};
const Parts undo_decision{apply_undo_decision, no_decision_holds, nullptr};
const Parts resume{apply_resume, resume_holds, nullptr};
const Parts disarm{apply_disarm, release_holds, nullptr};

}  // namespace cutover::steps
