// The fence is tried out before it is trusted: by an ordinary role, on a table of its own.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// All in one transaction that is rolled back. Refused unless a role without any right on
/// `cutover.run` may write before the fence and gets 25006 under it.
Task<Outcome> prove_fence(DatabaseServers& servers);

}  // namespace cutover
