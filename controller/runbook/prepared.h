// What later phases require of prepare.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

/// Refused unless blue has every publication and slot of the configuration, and none of the slots
/// has lost its WAL.
Task<Outcome> look_whether_prepared(const PhaseSight& sight);

/// Refused where blue and green are one server: what is dropped on green would be dropped on blue.
Task<Outcome> look_whether_two_servers(const PhaseSight& sight);

}  // namespace cutover
