// The plans: what a cutover, a rehearsal and a recovery do, each as a list of steps (step.h). Text
// of the protocol: plan.cpp.
#pragma once

#include "controller/cutover/step.h"

namespace cutover {

/// The cutover of docs/protocol.md, from claim to release. Deadlines are set from `limits`.
Plan cutover_plan(const RunLimits& limits);

/// The same with the colours exchanged, for a fleet that is seen that way round.
Plan rollback_plan(const RunLimits& limits);

/// The cutover up to the first gate, then back: the real pause, and nothing moves.
Plan rehearsal_plan(const RunLimits& limits);

/// What recovery does once it has taken over (recovery.h): to all-blue, or to all-green.
Plan recovery_back_plan(const RunLimits& limits);
Plan recovery_forward_plan(const RunLimits& limits);
/// Everybody is on green already: what comes after the switch, and the end of the claim.
Plan completion_plan(const RunLimits& limits);

/// `plan` with the colours of its texts exchanged.
Plan exchanged(Plan plan, std::string name);

}  // namespace cutover
