// The fence that an earlier run in the other direction left on green: it has to be down before
// clients come back, and up again when they do not.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Where one stood at the claim: flag and setting down, then the end of every session born under
/// it. Done where none stood.
Task<Outcome> take_down_old_fence(DatabaseServers& servers, Claim claim);

/// Up again where one stood at the claim, with the end of every session that could write meanwhile.
Task<Outcome> restore_old_fence(DatabaseServers& servers, Claim claim);

Task<Outcome> old_fence_is_down(DatabaseServers& servers);

/// Its triggers, once green serves; tables that are busy keep theirs, which do nothing.
Task<Outcome> remove_old_triggers(DatabaseServers& servers);

}  // namespace cutover
