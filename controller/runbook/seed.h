// `cutover seed`: green was cloned from blue and not upgraded yet. Next: seed_position.h, copy.h.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

std::vector<PhaseCheck> seed_checks();
std::vector<PhaseStep> seed_steps();

}  // namespace cutover
