// `cutover seed --copy`: no clone, green is filled from a snapshot of blue that a new slot exports.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

std::vector<PhaseCheck> copy_checks();
std::vector<PhaseStep> copy_steps();

}  // namespace cutover
