// What a schema is made of, as text that is the same on every major from 12 to 18: to see that blue
// did not change since the checks, and that green is as blue.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Rows (kind, object, definition), ordered: tables with their columns, constraints, indexes, own
/// triggers, sequences, enums, domains. Left out: schema cutover, fence triggers, extensions'
/// objects, temporary ones.
std::string schema_lines_sql();

/// One row, one column `hash`, over all of these lines.
std::string schema_hash_sql();

/// One row, one column `hash`: of the same server's catalogue only, since it holds oids; a fraction
/// of the time, since nothing is deparsed. With what these publications carry: a table that is
/// taken out of one would go on being written to on blue alone. `server_version` as libpq says it.
std::string catalogue_fingerprint_sql(const std::vector<std::string>& publications,
                                      int server_version);

/// Keeps blue's fingerprint of now, which schema_holds compares with.
Task<std::optional<Error>> remember_schema(DatabaseServers& servers);

/// Refused unless blue's fingerprint is the one remembered, and every table that a publication has
/// on blue is in state `r` in its subscription on green.
Task<Outcome> schema_is_as_remembered(DatabaseServers& servers);

}  // namespace cutover
