// The fence that an earlier run in the other direction left on green: it has to be down before
// clients come back. From then on writers past the bouncers write there, so it never goes up again
// (docs/decisions/0008).
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Where one stood at the claim: flag and setting down, then the end of every session born under
/// it. Done where none stood; refused where green has heard of a newer epoch.
Task<Outcome> take_down_old_fence(DatabaseServers& servers, Claim claim);

Task<Outcome> old_fence_is_down(DatabaseServers& servers);

/// Refused once it was taken down. In doubt where green does not answer, or has not heard of the
/// claim in blue's row: an older run may be about to take it down.
Task<Outcome> old_fence_stands(DatabaseServers& servers);

/// Its triggers, once green serves; tables that are busy keep theirs, which do nothing.
Task<Outcome> remove_old_triggers(DatabaseServers& servers, Claim claim);

}  // namespace cutover
