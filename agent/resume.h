// RESUME, in whatever way a process is paused; "not paused" is success.
#pragma once

#include "agent/sight.h"
#include "common/base/outcome.h"

namespace cutover::agent {

/// Refused for a process that was told to stop: from 1.23 on it goes on for the clients it has,
/// takes a PAUSE and refuses RESUME for good. Only a RESUME tells; it is sent where nothing is
/// paused globally, and has no effect there.
Task<Outcome> check_it_can_be_resumed(Console& console);

/// Ends the global pause and that of every moved entry (without moves: of every entry), then looks
/// that nothing of it is left. In doubt when the console does not answer.
Task<Outcome> resume_entries(Console& console, Moves moves);

/// The commands alone, for where the entries' rows were just read: nothing is looked at again.
Task<Outcome> send_resumes(Console& console, std::vector<ConsoleRow> entries);

/// server_login_retry of one process, while it is set to 0 for a queue that stands.
struct LoginRetry {
  std::string before = {};  ///< to be put back; "" when nothing is
};

/// Watches the queues after a RESUME until each is served or empty, at most `limit`.
/// A pool that is poisoned by a login that PAUSE or RELOAD cut (nobody connects for
/// server_login_retry) is set free. `detail` tells what was done; never refused.
Task<Outcome> watch_queue(Console& console, Moves moves, std::chrono::milliseconds limit,
                          LoginRetry& retry);

/// What a watch left behind that could not, or did not come to, put the setting back.
Task<void> put_back(Console& console, LoginRetry& retry);

}  // namespace cutover::agent
