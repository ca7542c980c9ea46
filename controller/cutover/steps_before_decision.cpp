// Steps 1 to 7 of the protocol: everything that leaves no trace when undone.
#include <algorithm>

#include "common/async/gather.h"
#include "controller/cutover/steps.h"
#include "controller/cutover/steps_shared.h"

namespace cutover::steps {
namespace {

// ── claim ──

Task<Outcome> apply_claim(Actuator& fleet, RunState& state) {
  const auto claim = co_await fleet.claim_blue();
  if (!claim) co_return refused(claim.error());
  state.claim = *claim;
  const auto agents = co_await fleet.claim_bouncers();
  co_return combined(agents);
}

Task<Outcome> claim_holds(const Observer& fleet, const RunState& state) {
  const auto record = co_await fleet.run_record();
  if (!record) co_return in_doubt(record.error());
  if (record->claim != state.claim || state.claim.epoch == 0) {
    co_return refused("the epoch belongs to another run");
  }
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "claimed by this run",
                          [&](const BouncerSight& sight) { return sight.claim == state.claim; });
}

Task<Outcome> undo_claim(Actuator& fleet, RunState&) {
  const auto agents = co_await fleet.revert_bouncers();
  const auto blue = co_await fleet.release_blue();
  co_return worse_of(combined(agents), blue);
}

// ── arm ──

Task<Outcome> reach_green(const Observer& fleet) {
  const auto reachable = co_await fleet.green_is_reachable();
  co_return combined(reachable);
}

Task<Outcome> apply_arm(Actuator& fleet, RunState&) {
  const auto staged = co_await fleet.arm_bouncers();
  const auto outcome = combined(staged);
  if (!outcome.is_done()) co_return outcome;
  std::vector<Task<Outcome>> preparations;
  preparations.push_back(reach_green(fleet));
  preparations.push_back(fleet.install_triggers());
  preparations.push_back(fleet.sync_sequences());
  preparations.push_back(fleet.arm_way_back());
  const auto outcomes = co_await gather(std::move(preparations));
  co_return worst_of(outcomes);
}

Task<Outcome> arm_holds(const Observer& fleet, const RunState&) {
  const auto sights = co_await fleet.look_at_bouncers();
  const auto armed =
      every_bouncer(sights, "armed", [](const BouncerSight& sight) { return sight.armed; });
  if (!armed.is_done()) co_return armed;
  const auto reachable = co_await fleet.green_is_reachable();
  const auto triggers = co_await fleet.triggers_hold();
  const auto way_back = co_await fleet.way_back_is_armed();
  co_return worse_of(worse_of(combined(reachable), triggers), way_back);
}

Task<Outcome> undo_arm(Actuator& fleet, RunState&) {
  const auto triggers = co_await fleet.remove_triggers();
  const auto way_back = co_await fleet.disarm_way_back();
  co_return worse_of(triggers, way_back);
}

// ── hook before pause ──

Task<Outcome> apply_before_pause_hook(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.run_hook(Hook::before_pause);
  co_return outcome;
}

// ── wait ──

Task<Outcome> wait_for_a_quiet_moment(const Observer& fleet, const RunState& state) {
  const auto begun = fleet.now();
  for (;;) {
    const auto sight = co_await fleet.look_at_traffic();
    if (!sight) co_return refused(sight.error());
    const auto noise = what_is_not_quiet(*sight, state.limits.quiet);
    if (noise.empty()) co_return done();
    if (state.is_abort_wanted()) co_return refused("interrupted by the operator");
    if (fleet.now() - begun >= state.limits.quiet_timeout) {
      co_return refused(
          "no quiet moment: " + noise,
          "end it on the server that serves: SELECT pg_terminate_backend(PID) of a transaction, "
          "never a cancel through PgBouncer; `cutover sessions` shows who is busy; "
          "limits.quiet_* sets what counts as quiet");
    }
    co_await fleet.sleep(milliseconds(20));
  }
}

/// The schema is looked at whole here, so that the look inside the pause finds nothing new, and
/// again when it is quiet: a change that comes behind that is left to the second gate. Sequences
/// are brought close, so that the second gate finds little to set.
Task<Outcome> apply_quiet_moment(Actuator& fleet, RunState& state) {
  const auto fresh = co_await fleet.freshen_sessions();
  if (!fresh.is_done()) co_return fresh.is_in_doubt() ? refused(fresh.detail, fresh.hint) : fresh;
  std::vector<Task<Outcome>> tasks;
  tasks.push_back(fleet.schema_holds());
  tasks.push_back(fleet.sync_sequences());
  const auto prepared = co_await gather(std::move(tasks));
  const auto ready = worst_of(prepared);
  if (!ready.is_done()) co_return ready.is_in_doubt() ? refused(ready.detail, ready.hint) : ready;
  // With no mark yet: what the gates will ask while clients wait is planned by the servers now.
  const auto first_look = co_await fleet.look_at_gate(state.mark);
  if (!first_look) co_return refused(first_look.error());
  const auto quiet = co_await wait_for_a_quiet_moment(fleet, state);
  if (!quiet.is_done()) co_return quiet;
  const auto still = co_await fleet.schema_holds();
  co_return still.is_in_doubt() ? refused(still.detail, still.hint) : still;
}

// ── pause ──

/// Since the first PAUSE of any agent; nothing when one of them has not said.
std::optional<TimePoint> held_since(const FleetOutcome& paused, TimePoint now) {
  std::chrono::microseconds longest{0};
  for (const auto& one : paused) {
    if (one.held_for.count() == 0) return std::nullopt;
    longest = std::max(longest, one.held_for);
  }
  return now - longest;
}

Task<Outcome> apply_pause(Actuator& fleet, RunState& state) {
  const auto paused = co_await fleet.pause_bouncers(state.limits.drain_timeout, state.limits.lease);
  state.clients_held_since = held_since(paused, fleet.now());
  co_return combined(paused);
}

Task<Outcome> pause_holds(const Observer& fleet, const RunState&) {
  const auto sights = co_await fleet.look_at_bouncers();
  co_return every_bouncer(sights, "paused and drained",
                          [](const BouncerSight& sight) { return sight.paused && sight.drained; });
}

Task<Outcome> undo_pause(Actuator& fleet, RunState&) {
  const auto resumed = co_await fleet.resume_bouncers();
  co_return combined(resumed);
}

// ── hold ──

Task<Outcome> apply_hold(Actuator& fleet, RunState& state) {
  const auto outcome = co_await fleet.hold_writers(state.limits.lease);
  co_return outcome;
}

Task<Outcome> hold_holds(const Observer& fleet, const RunState&) {
  const auto held = co_await fleet.writers_are_held();
  if (!held.is_done()) co_return held;
  // Those that arm could not install went in with the locks.
  const auto triggers = co_await fleet.triggers_hold();
  co_return triggers;
}

Task<Outcome> undo_hold(Actuator& fleet, RunState&) {
  const auto outcome = co_await fleet.release_writers();
  co_return outcome;
}

// ── mark ──

Task<Outcome> apply_mark(Actuator& fleet, RunState& state) {
  state.mark = {};  // of an earlier attempt
  const auto mark = co_await fleet.set_mark();
  if (!mark) co_return refused(mark.error());
  state.mark = *mark;
  co_return done();
}

Task<Outcome> mark_holds(const Observer&, const RunState& state) {
  // A mark whose reply was lost is worth nothing: nobody knows its position.
  co_return state.mark.subscriptions.empty() ? refused("no mark was read") : done();
}

// ── first gate ──

Task<Outcome> apply_first_gate(Actuator& fleet, RunState& state) {
  const auto outcome = co_await wait_for_gate(fleet, state);
  co_return outcome;
}

Task<Outcome> first_gate_holds(const Observer& fleet, const RunState& state) {
  const auto outcome = co_await gate_is_open(fleet, state);
  co_return outcome;
}

Task<Outcome> nothing_known(const Observer&, const RunState&) {
  co_return refused("it did not end in time");
}

}  // namespace

const Parts claim{apply_claim, claim_holds, undo_claim};
const Parts arm{apply_arm, arm_holds, undo_arm};
const Parts before_pause_hook{apply_before_pause_hook, nothing_known, nothing_to_undo};
const Parts quiet_moment{apply_quiet_moment, nothing_known, nothing_to_undo};
const Parts pause{apply_pause, pause_holds, undo_pause};
const Parts hold_writers{apply_hold, hold_holds, undo_hold};
const Parts mark{apply_mark, mark_holds, nothing_to_undo};
const Parts first_gate{apply_first_gate, first_gate_holds, nothing_to_undo};

}  // namespace cutover::steps
