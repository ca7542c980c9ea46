// How what PgBouncer runs differs from what its files say. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/console_row.h"
#include "agent/ini/config_files.h"

namespace cutover::agent {

/// "" when every entry of the files runs with the same host, port and dbname, and nothing else
/// runs; databases made on the fly for the fallback "*" are compared with it. `databases` are the
/// rows of SHOW DATABASES.
std::string drift_between(const std::vector<ini::Entry>& entries,
                          const std::vector<ConsoleRow>& databases);

}  // namespace cutover::agent
