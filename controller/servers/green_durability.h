// A synchronous write on green makes everything applied there durable: WAL is flushed in order.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Green's insert position after the write.
Task<Result<Lsn>> write_durably_on_green(DatabaseServers& servers);

}  // namespace cutover
