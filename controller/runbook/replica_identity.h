// Gives tables without primary key a replica identity, remembers each, and takes exactly these
// back.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

/// Refused for a table that would get FULL, is updated or deleted from, and has a column of a type
/// without equality: its first replicated UPDATE would stop the apply worker.
Task<Outcome> look_at_identity_types(ServerSession& blue);

/// Refused for a table whose rows only a generated column could tell apart.
Task<Outcome> look_at_generated_identities(ServerSession& blue);

/// Holds when every ordinary table has one.
Task<Result<Standing>> look_at_identities(ServerSession& session);

/// USING INDEX where a fitting unique index exists, else FULL. `colour` says whose rows remember.
Task<Outcome> set_identities(ServerSession& session, std::string colour);

/// Holds when none that was remembered, of whichever side, is still as it was set.
Task<Result<Standing>> look_at_remembered_identities(ServerSession& session);
Task<Outcome> restore_identities(ServerSession& session);

}  // namespace cutover
