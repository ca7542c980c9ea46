// Before everything is taken away: does anybody still write on the side that no longer serves?
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

enum class Retired { none, blue, green };

/// The side whose own row says fenced.
Task<Result<Retired>> retired_side(ServerSession& blue, ServerSession& green);

/// Refused when a client session writes there within the wished time, or rows change.
Task<Outcome> watch_for_writers(const PhaseSight& sight);

/// Refused while a run's sessions are connected, or one was left half way.
Task<Outcome> look_whether_settled(const PhaseSight& sight);

}  // namespace cutover
