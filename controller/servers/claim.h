// Who may act on blue: the epoch in `cutover.run` and an advisory lock, both in the first database.
// Rows of the other databases carry the same epoch, so that no stale run can fence them.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// What this database's row says; an empty record where schema or row do not exist yet.
Task<Result<RunRecord>> read_run_record(DatabaseServers& servers);

/// The session advisory lock; refused with who has it.
Task<Outcome> lock_claim(DatabaseServers& servers);

/// The next epoch, at least `at_least`. Refused when an earlier run left a decision or a fence.
Task<Result<Claim>> take_epoch(DatabaseServers& servers, std::uint64_t at_least);

/// Ends the sessions that hold the advisory lock, a row of `cutover.run` or the locks of the run
/// before, then raises the epoch to at least `at_least`, whatever the row says.
Task<Result<Claim>> seize_epoch(DatabaseServers& servers, std::uint64_t at_least);

/// Puts the claim into the row of one of the other databases; refused when that is newer.
Task<Outcome> follow_epoch(DatabaseServers& servers, Claim claim);

/// Reads from green's row whether a fence of an earlier run stands there; its epoch.
Task<Result<std::uint64_t>> look_at_green_row(DatabaseServers& servers);

/// Puts the claim and its direction into green's row too, so that whoever sees either side knows
/// which run was the last; refused when that is newer. Done where green has no row yet.
Task<Outcome> tell_green(DatabaseServers& servers, Claim claim);

/// Lets go of the advisory lock. Writes nothing: after the switch nothing published may be written
/// on blue.
Task<Outcome> unlock_claim(DatabaseServers& servers);

}  // namespace cutover
