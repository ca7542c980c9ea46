// Statements that are prepared once per session: planning a look at the catalogue takes longer than
// the look.
#pragma once

#include "controller/servers/server_session.h"

namespace cutover {

using ScriptAnswer = postgres::Answer<std::vector<postgres::Rows>>;

/// `execute`: EXECUTE of one or more. Where the session does not know them yet (it is new)
/// `prepare` makes them first; it has to hold everything that this session prepares.
Task<ScriptAnswer> ask_prepared(ServerSession& session, std::string execute, std::string prepare);

}  // namespace cutover
