// A limit in time on the fleet's own clock, so that simulation runs on a virtual one; and a task
// whose exceptions are outcomes.
#pragma once

#include <chrono>
#include <optional>

#include "controller/cutover/fleet.h"

namespace cutover {

/// The result of `task`, or nothing when `limit` passed first; `task` is then cancelled and has
/// ended.
Task<std::optional<Outcome>> limited(const Observer& fleet, std::chrono::microseconds limit,
                                     Task<Outcome> task);

/// What `task` returns; an exception it throws becomes `in_doubt`.
Task<Outcome> contained(Task<Outcome> task);

}  // namespace cutover
