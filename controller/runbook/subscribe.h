// `cutover subscribe`: green follows blue, from its seed or after a first copy of every table.
// Next: subscribe_checks.h, create_subscription.h, follow.h.
#pragma once

#include "controller/runbook/subscribe_checks.h"

namespace cutover {

/// The last returns when every table is `r` and the lag is at most `lag_to_start_bytes`.
std::vector<PhaseStep> subscribe_steps();

}  // namespace cutover
