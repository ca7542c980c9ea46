// Subscriptions of one database as they are now, and their end.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/outcome.h"
#include "controller/config/config.h"
#include "controller/servers/server_session.h"

namespace cutover {

struct SubscriptionState {
  bool enabled = false;
  bool has_worker = false;
  std::string origin;  ///< name of its replication origin
};
using SubscriptionStates = std::map<std::string, SubscriptionState>;

/// Of `wanted`, those that exist in the session's database.
Task<Result<SubscriptionStates>> look_at_subscriptions_of(ServerSession& session,
                                                          std::vector<SubscriptionConfig> wanted);

/// Without its slot: that is dropped where it lives.
Task<Outcome> drop_subscription(ServerSession& session, std::string name);

/// Done where there is none; refused while somebody uses it.
Task<Outcome> drop_slot(ServerSession& session, std::string name);

}  // namespace cutover
