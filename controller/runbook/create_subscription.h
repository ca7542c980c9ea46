// CREATE SUBSCRIPTION holds a password: it must be in no log, no statistics, no message.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

/// With the slot made by prepare. Done also when it exists already with that slot.
Task<Outcome> create_subscription(PhaseServers& servers, SubscriptionConfig subscription);

}  // namespace cutover
