// Before clients wait: every session that the pause will use answers, or is opened again, and has
// looked up what it will need.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Also those that take down an old fence, which nothing else opens before clients wait. Call it
/// while no transaction of ours is open.
Task<Outcome> freshen_sessions(DatabaseServers& servers);

}  // namespace cutover
