// The sessions of `verify`, kept read-only by the servers.
#pragma once

#include "controller/config/config.h"
#include "controller/servers/server_session.h"

namespace cutover {

SessionOptions blue_session(const DatabaseConfig& database, const std::string& run_id);
SessionOptions green_session(const DatabaseConfig& database, const std::string& run_id);

}  // namespace cutover
