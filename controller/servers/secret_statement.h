// Statements that hold a password: in no log, no statistics, no message.
#pragma once

#include <string>

#include "controller/servers/server_session.h"

namespace cutover {

/// In a transaction of its own, with everything that would keep the text switched off as far as the
/// role may. A failure names the place, never the statement.
Task<postgres::Answer<std::vector<postgres::Rows>>> run_secretly(ServerSession& session,
                                                                 std::string statement);

/// A conninfo with the password that the controller's own places (pgpass, service file, PGPASSWORD)
/// hold for it, since the server that is to use it has none of them. Its worker has to come back to
/// a fenced side: target_session_attrs=read-write becomes primary, and is refused where the libpq
/// of the server that follows (`server_version` as libpq says it) does not know that word.
Result<std::string> conninfo_for_worker(const std::string& conninfo, int server_version);

}  // namespace cutover
