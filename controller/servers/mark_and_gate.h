// The mark with its markers on blue, and the looks at the gate and at blue's traffic.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

using SubscriptionMarks = std::vector<Mark::Subscription>;
using SubscriptionSights = std::vector<SubscriptionSight>;

/// Blue's insert position first, then one committed marker row per subscription, all in one round
/// trip: in this order the gate opens at once, in the other with the next keepalive.
Task<Result<SubscriptionMarks>> set_marks(DatabaseServers& servers, std::string token);

/// What is known of each subscription of this database; `marks` are those of it.
Task<Result<SubscriptionSights>> look_at_subscriptions(DatabaseServers& servers,
                                                       SubscriptionMarks marks);

Task<Result<TrafficSight>> look_at_blue_traffic(DatabaseServers& servers);

/// Both sides' identity and the slots, kept in `servers` to compare with later.
Task<std::optional<Error>> remember_servers(DatabaseServers& servers);
Task<Outcome> servers_are_as_remembered(DatabaseServers& servers);

/// Unlike any earlier one, of this process or another.
std::string fresh_token(const std::string& run_id);

}  // namespace cutover
