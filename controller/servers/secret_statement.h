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
/// hold for it, since the server that is to use it has none of them.
Result<std::string> conninfo_for_worker(const std::string& conninfo);

}  // namespace cutover
