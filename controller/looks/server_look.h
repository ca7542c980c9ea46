// One look at one database of blue or green, in a session of our own.
#pragma once

#include <string>
#include <vector>

#include "common/async/task.h"
#include "controller/config/config.h"
#include "controller/looks/fleet_look.h"
#include "controller/servers/server_session.h"

namespace cutover {

struct ServerLookOptions {
  std::vector<SubscriptionConfig> subscriptions;  ///< whose slots this side serves
  Direction direction = Direction::forward;       ///< of the slots on this side
  bool with_catalogue = false;                    ///< sequences and statistics: costs more
};

/// Does not fail: what cannot be asked says why.
Task<SideLook> look_at_server(ServerSession& session, ServerLookOptions options);

/// Which subscriptions of the way back are there. As before where that cannot be asked.
Task<void> look_at_way_back_on_blue(ServerSession& blue,
                                    std::vector<SubscriptionConfig> subscriptions,
                                    DatabaseLook& look);

/// Fills in fence, epoch and decision from the row of cutover.run for blue.
Task<void> look_at_run_on_blue(ServerSession& blue, DatabaseLook& look);
/// Fills in green's fence from its own row.
Task<void> look_at_run_on_green(ServerSession& green, DatabaseLook& look);

}  // namespace cutover
