// Who keeps a drain from ending: the server connections in use, and the clients behind them.
#pragma once

#include "agent/sight.h"

namespace cutover::agent {

/// Rows of SHOW SERVERS, of the moved entries; none where it is not answered within 100 ms.
Task<std::vector<ConsoleRow>> servers_in_use(Console& console, Moves moves);

/// "backend 4711 (entry app, user app, client 10.0.0.5:41234)", for people. For after the RESUME:
/// the list of all clients may be long, and those named are still there. A client is unknown where
/// it has gone, or where the list does not come within 100 ms.
Task<std::string> who_uses(Console& console, std::vector<ConsoleRow> servers);

}  // namespace cutover::agent
