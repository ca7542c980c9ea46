// How far green is: copied tables, lag, and when it will be there.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

/// Holds when every table is `r` and the lag is at most `lag_to_start_bytes`.
Task<Result<Standing>> look_at_following(const PhaseSight& sight);
/// Until then, telling progress with an estimate.
Task<Outcome> wait_until_it_follows(PhaseServers& servers);

}  // namespace cutover
