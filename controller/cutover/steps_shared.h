// What several steps need: judging all bouncers at once, waiting at the gate.
#pragma once

#include <functional>

#include "common/base/outcomes.h"
#include "controller/cutover/step.h"

namespace cutover::steps {

/// In doubt when a bouncer could not be asked, refused when one does not satisfy `is_so`, else
/// done.
Outcome every_bouncer(const std::vector<BouncerSight>& sights, const std::string& what,
                      const std::function<bool(const BouncerSight&)>& is_so);

/// Looks until the gate opens; what cannot be found out refuses. The executor's deadline ends the
/// wait.
Task<Outcome> wait_for_gate(const Observer& fleet, const RunState& state);

/// One look: done when the gate is open now.
Task<Outcome> gate_is_open(const Observer& fleet, const RunState& state);

Task<Outcome> nothing_to_undo(Actuator& fleet, RunState& state);

}  // namespace cutover::steps
