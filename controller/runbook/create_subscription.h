// CREATE SUBSCRIPTION holds a password: it must be in no log, no statistics, no message.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

enum class SubscriptionStart {
  copying,  ///< every table is copied first, then followed
  seeded    ///< disabled, nothing copied: its origin is to be advanced before it is enabled
};

/// Nothing when there is no such subscription on green; an error when it uses another slot.
Task<Result<std::optional<bool>>> subscription_enabled(ServerSession& green,
                                                       SubscriptionConfig wanted);

/// With the slot made by prepare. Done also when it exists already with that slot.
Task<Outcome> create_subscription(PhaseServers& servers, SubscriptionConfig subscription,
                                  SubscriptionStart start);

}  // namespace cutover
