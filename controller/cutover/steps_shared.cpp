#include "controller/cutover/steps_shared.h"

#include <fmt/format.h>

namespace cutover::steps {

Outcome every_bouncer(const std::vector<BouncerSight>& sights, const std::string& what,
                      const std::function<bool(const BouncerSight&)>& is_so) {
  FleetOutcome outcomes;
  for (const auto& sight : sights) {
    if (sight.unreachable) {
      outcomes.push_back({sight.bouncer, in_doubt(*sight.unreachable)});
    } else {
      outcomes.push_back({sight.bouncer, is_so(sight) ? done() : refused("not " + what)});
    }
  }
  return outcomes.empty() ? in_doubt("no bouncer was seen") : combined(outcomes);
}

Task<Outcome> wait_for_gate(const Observer& fleet, const RunState& state) {
  for (;;) {
    const auto outcome = co_await gate_is_open(fleet, state);
    if (outcome.is_done()) co_return outcome;
    if (outcome.is_in_doubt()) co_return refused(outcome.detail, outcome.hint);
    co_await fleet.sleep(std::chrono::microseconds(200));
  }
}

Task<Outcome> gate_is_open(const Observer& fleet, const RunState& state) {
  const auto sights = co_await fleet.look_at_gate(state.mark);
  if (!sights) co_return in_doubt(sights.error());
  const auto verdict = judge_gate(state.mark, *sights);
  co_return verdict.open ? done() : refused("the gate is closed: " + verdict.why_not);
}

Task<Outcome> nothing_to_undo(Actuator&, RunState&) {
  co_return done();
}

}  // namespace cutover::steps
