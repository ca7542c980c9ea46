// Server connections that still lead to the old route after a switch: one that was being cancelled
// during the drain is neither closed by PAUSE nor marked by RELOAD, and is used again afterwards.
#pragma once

#include "agent/sight.h"
#include "common/base/outcome.h"

namespace cutover::agent {

/// Waits until every server connection of the moved entries leads to the new route, at most
/// `limit`; those that PgBouncer does not mean to close are made to go by one RECONNECT.
Task<Outcome> wait_for_stragglers(Console& console, Moves moves, std::chrono::milliseconds limit);

}  // namespace cutover::agent
