// `cutover finish`: everything that the migration made is taken away on both sides, and a look
// shows that nothing is left. Next: leftovers.h, watch_writers.h.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

std::vector<PhaseCheck> finish_checks();
std::vector<PhaseStep> finish_steps();

}  // namespace cutover
