// RESUME, in whatever way a process is paused; "not paused" is success.
#pragma once

#include "agent/sight.h"
#include "common/base/outcome.h"

namespace cutover::agent {

/// Ends the global pause and that of every moved entry (without moves: of every entry), then looks
/// that nothing of it is left. In doubt when the console does not answer.
Task<Outcome> resume_entries(Console& console, Moves moves);

/// The commands alone, for where the entries' rows were just read: nothing is looked at again.
Task<Outcome> send_resumes(Console& console, std::vector<ConsoleRow> entries);

/// Watches the queues after a RESUME until each is served or empty, at most `limit`.
/// A pool that is poisoned by a login that PAUSE or RELOAD cut (nobody connects for
/// server_login_retry) is set free. `detail` tells what was done; never refused.
Task<Outcome> watch_queue(Console& console, Moves moves, std::chrono::milliseconds limit);

}  // namespace cutover::agent
