// Greens as operators make them: a physical clone of blue, upgraded by the real pg_upgrade.
#pragma once

#include "tests/support/postgres_server.h"

namespace cutover::tests {

/// Replaces everything in `clone`, a server of blue's major, by a base backup of blue, and starts
/// it: it recovers to the end of the backup and goes its own way.
void clone_into(support::PostgresServer& clone, const support::PostgresServer& blue);

/// The same by a snapshot of blue's disk: blue crashes for it and starts again, and the clone
/// recovers to the last record that was on disk, as its log says.
void snapshot_into(support::PostgresServer& clone, support::PostgresServer& blue);

/// As a standby of blue that is promoted: it goes on on a timeline of its own.
void promote_into(support::PostgresServer& clone, const support::PostgresServer& blue);

/// False where scripts/setup could not fetch pg_upgrade from 13 to 17.
bool has_pg_upgrade();

/// Upgrades what `clone` (13) holds into `green` (17), whose own data is dropped, and starts green.
void upgrade_into(support::PostgresServer& green, support::PostgresServer& clone);

}  // namespace cutover::tests
