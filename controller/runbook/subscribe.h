// `cutover subscribe`, plainest form: an empty green copies blue's tables and follows.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

std::vector<PhaseCheck> subscribe_checks();
/// The last returns when every table is `r` and the lag is at most `lag_to_start_bytes`.
std::vector<PhaseStep> subscribe_steps();

}  // namespace cutover
