// Logical replication does not carry DDL: two event triggers write down, or refuse, what happens to
// published tables between prepare and finish.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

/// Holds also where the role may not make event triggers: then there is none, and it says so.
Task<Result<Standing>> look_at_guard(const PhaseSight& sight);
Task<Outcome> create_guard(PhaseServers& servers);

/// On either side: a clone brings the triggers along.
Task<Result<Standing>> look_for_guard(ServerSession& session);
Task<Outcome> drop_guard(ServerSession& session);

}  // namespace cutover
