// PAUSE, and the wait until no server connection of a moved entry is left; or everything resumed.
#pragma once

#include <functional>

#include "agent/sight.h"
#include "agent/stop_sign.h"
#include "common/base/outcome.h"

namespace cutover::agent {

struct PauseOrder {
  Moves moves = {};
  std::chrono::steady_clock::time_point deadline = {};  ///< past it: resumed, refused
  StopSign stop;                                        ///< raised: likewise, at once
  std::function<void()> held = {};  ///< called when the first PAUSE is about to be sent, or was
};

/// Pauses only while no server login is in flight, takes only the tag PAUSE for an answer, and is
/// done when every server counter of the moved entries is 0. Whatever goes wrong is undone by
/// RESUME: refused, or in doubt when that is not certain.
Task<Outcome> pause_and_drain(Console& console, PauseOrder order);

}  // namespace cutover::agent
