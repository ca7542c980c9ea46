// Questions that outlast a short loss of a server: a restart, a failover, a network that is back in
// a while. For reads only, which may be asked twice.
#pragma once

#include <chrono>

#include "controller/servers/server_session.h"

namespace cutover {

/// Asks again, in a session opened anew, while it is lost and `patience` has not passed.
Task<postgres::Answer<postgres::Rows>> query_patiently(ServerSession& server, std::string sql,
                                                       std::chrono::milliseconds patience);

}  // namespace cutover
