// A synchronous write on green makes everything applied there durable: WAL is flushed in order.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Green's insert position at the write, which is on record there for the way back: of the first
/// such write since the decision.
Task<Result<Lsn>> write_durably_on_green(DatabaseServers& servers, Claim claim);

}  // namespace cutover
