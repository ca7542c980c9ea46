// Sessions that may have begun on the other side of the fence's commit are ended, and their end is
// awaited.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Under the fence: backends that are still logging in (their settings may be read already), every
/// client session but ours, writing background workers; then no prepared transaction may be left.
Task<Outcome> seal_database(DatabaseServers& servers, Claim claim);

/// Done while the fence is up, this process has sealed under it and nothing is prepared.
Task<Outcome> database_is_sealed(DatabaseServers& servers);

/// After the fence came down: ends every session that may have been born under it, since that one
/// stays read-only for life; those in `servers.before_fence` are spared.
Task<Outcome> end_fenced_sessions(DatabaseServers& servers, Claim claim);

/// "pid/start" of every client session of the database that can be seen now.
Task<Result<std::vector<std::string>>> list_sessions(DatabaseServers& servers);

}  // namespace cutover
