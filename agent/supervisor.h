// What systemd is told, by the sd_notify protocol: that the agent serves, that it still lives, that
// it ends. Without $NOTIFY_SOCKET nobody is told and nothing happens.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/async/task.h"

namespace cutover::agent {

/// "READY=1", "STOPPING=1", "WATCHDOG=1". A message that cannot be sent is dropped: systemd then
/// acts by its own limits.
void tell_supervisor(const std::string& state);

/// How long systemd waits for a sign of life; nothing when it does not watch this process.
std::optional<std::chrono::microseconds> watchdog_limit();

/// A sign of life three times in each limit, for ever, from the loop that does the work: one that
/// hangs gives none.
Task<void> give_signs_of_life();

}  // namespace cutover::agent
