// Opens everything that checks look at, at once: blue and green read-only, and every agent's
// inspection. What does not answer is in the context as an error, and the checks go on without it.
#pragma once

#include "controller/checks/check_context.h"

namespace cutover {

class BouncerFleet;

/// Connects `fleet` where it is not, and sets its moves from what the agents found. The fleet has
/// to outlive the context.
Task<CheckContext> open_check_context(Config config, BouncerFleet& fleet);

/// The servers alone: for `doctor`, and where no bouncer is asked.
Task<std::vector<CheckedDatabase>> open_servers(const Config& config);

}  // namespace cutover
