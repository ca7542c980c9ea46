// Extensions of green after its upgrade: those behind what its server brings are updated.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

/// Refused when blue has one that green lacks.
Task<Outcome> look_at_missing_extensions(const PhaseSight& sight);

Task<Result<Standing>> look_at_extensions(const PhaseSight& sight);
Task<Outcome> update_extensions(PhaseServers& servers);

}  // namespace cutover
