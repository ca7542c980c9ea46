// The databases of a rig, and PgBouncer's lines for them.
#pragma once

#include <string>

#include "tests/support/rig/cutover_rig.h"

namespace cutover::support {

/// The entry of database n.
const std::string& entry_of(const RigOptions& options, std::size_t database);

/// [databases] that lead to `server`.
PgbouncerOptions::Pairs entries_to(const RigOptions& options, const PostgresServer& server);

/// The controller's user too, where the server lacks it.
void make_databases(const PostgresServer& server, const RigOptions& options);

}  // namespace cutover::support
