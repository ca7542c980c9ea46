// The publications on blue and their slots, in this order: a slot made before its publication
// cannot decode, ever.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

Task<Result<Standing>> look_at_publications(const PhaseSight& sight);
Task<Outcome> create_publications(PhaseServers& servers);

Task<Result<Standing>> look_at_slots(const PhaseSight& sight);
Task<Outcome> create_slots(PhaseServers& servers);

}  // namespace cutover
