// What blue's settings must be for logical replication, and which still wait for a restart.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

std::vector<PhaseCheck> blue_settings_checks();

}  // namespace cutover
