// Whether a catalogue was written to, told from how many rows there are and who wrote them: a
// fraction of what reading it costs, for the look inside the pause. Other values mean: look closer.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// One row, one column `version`: everything that catalogue_fingerprint_sql() and the list of
/// published tables are made of. `server_version` as libpq says it.
std::string schema_version_sql(int server_version);

/// The same of the tables that these subscriptions of green have.
std::string subscribed_version_sql(const std::vector<std::string>& subscriptions);

}  // namespace cutover
