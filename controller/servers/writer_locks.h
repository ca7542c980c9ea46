// The locks that hold writers: those that bypass the bouncers wait, readers do not, and the server
// itself lets go when the controller is silent for a lease.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// LOCK TABLE … IN SHARE MODE on every published table, in the order of oids; then the triggers
/// that could not be installed before, in the same transaction.
Task<Outcome> take_writer_locks(DatabaseServers& servers, milliseconds lease);

/// Rolls back; a session that was lost is ended on the server too.
Task<Outcome> release_writer_locks(DatabaseServers& servers);

/// Done while the deciding session's transaction has all of them; asking starts its lease anew.
Task<Outcome> writer_locks_hold(DatabaseServers& servers);

/// A connection that broke may have left its session on the server, with the locks or with a
/// decision that is yet to be committed: ends it and waits until it is gone.
Task<Outcome> end_lost_decider(DatabaseServers& servers);

/// Ends one of this run's own sessions, by its backend, and waits until it is gone. `asking` is
/// another session on the same server.
Task<Outcome> end_own_backend(ServerSession& asking, std::string run_id, int pid, std::string name);

/// The same for `session` where its backend was sent a write whose answer is unknown, which may
/// still commit. `in_flight` is that backend, 0 for none, and 0 again when it is gone.
Task<Outcome> end_unanswered(ServerSession& session, ServerSession& asking, std::string run_id,
                             int& in_flight, std::string name);

/// Whether the controller's role may set deadlock_timeout: superusers, and whom 15+ grants it.
Task<std::optional<Error>> learn_deadlock_timeout(DatabaseServers& servers);

}  // namespace cutover
