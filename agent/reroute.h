// A process onto its new route, when the new text is on disk: RELOAD, verified, RESUME, back to
// back. Idempotent, and only forward: nothing here goes back to the old route.
#pragma once

#include <map>

#include "agent/sight.h"
#include "agent/stop_sign.h"
#include "common/base/outcome.h"

namespace cutover::agent {

/// Settings of SHOW CONFIG that a RELOAD must leave as they were: a RELOAD that fails half-way puts
/// [pgbouncer] back to defaults, and says nothing before 1.25.
using Canaries = std::map<std::string, std::string>;

Task<Result<Canaries>> read_canaries(Console& console);

/// "pool_mode was transaction and is session"; "" when they agree, or `before` is empty.
std::string difference(const Canaries& before, const Canaries& after);

/// Refused never: done, or in doubt and to be tried again. A process that is not paused (the lease
/// ran out, or it was restarted) is paused first as well as `pause_limit` allows.
Task<Outcome> reroute(Console& console, Moves moves, Canaries before,
                      std::chrono::milliseconds pause_limit);

}  // namespace cutover::agent
