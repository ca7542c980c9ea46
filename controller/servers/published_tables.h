// Which tables blue publishes, with the partition trees they belong to: those are locked and
// fenced.
#pragma once

#include <optional>

#include "controller/servers/database_servers.h"

namespace cutover {

/// Reads them into `servers.published`, by oid; cutover's own are left out.
Task<std::optional<Error>> read_published_tables(DatabaseServers& servers);

/// Reads those of all databases. Refused when the lock table of blue, which is one for all of them,
/// may not hold a lock on every published table at once.
Task<Outcome> all_fit_the_lock_table(std::vector<DatabaseServers*> databases);

/// "1,2,3" of the published tables' oids; "0" when there are none.
std::string oids_of(const std::vector<PublishedTable>& tables);

}  // namespace cutover
