// Which tables blue publishes, with the partition trees they belong to: those are locked and
// fenced.
#pragma once

#include <optional>

#include "controller/servers/database_servers.h"

namespace cutover {

/// Reads them into `servers.published`, by oid; cutover's own are left out.
Task<std::optional<Error>> read_published_tables(DatabaseServers& servers);

/// Refused when the lock table of blue may not hold a lock on every published table.
Task<Outcome> lock_table_is_large_enough(DatabaseServers& servers);

/// "1,2,3" of the published tables' oids; "0" when there are none.
std::string oids_of(const std::vector<PublishedTable>& tables);

}  // namespace cutover
