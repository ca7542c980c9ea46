// What must be so before green may subscribe.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

std::vector<PhaseCheck> subscribe_checks();

}  // namespace cutover
