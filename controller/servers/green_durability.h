// A synchronous write on green makes everything applied there durable: WAL is flushed in order.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Ends the session of a write on green that got no answer and may still arrive: values of
/// sequences from before clients wrote there, or the position of a decision that was undone since.
Task<Outcome> end_lost_write(DatabaseServers& servers);

/// Green's insert position at the write, which is on record there for the way back: of the first
/// such write since the decision.
Task<Result<Lsn>> write_durably_on_green(DatabaseServers& servers, Claim claim);

}  // namespace cutover
