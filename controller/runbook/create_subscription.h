// CREATE SUBSCRIPTION holds a password: it must be in no log, no statistics, no message.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

/// With the slot made by prepare. Done also when it exists already with that slot.
Task<Outcome> create_subscription(PhaseServers& servers, SubscriptionConfig subscription);

/// `replicate_from` with the password that the controller's own places (pgpass, service file,
/// PGPASSWORD) hold for it, since green's server has none of them.
Result<std::string> conninfo_for_worker(const std::string& replicate_from);

}  // namespace cutover
