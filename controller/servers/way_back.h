// The way back: blue follows green once traffic has moved, so that a rollback loses nothing. Armed
// before the pause, opened after the switch, at the position that the second gate recorded.
#pragma once

#include <optional>

#include "controller/servers/database_servers.h"

namespace cutover {

/// Publication and slot on green, disabled subscription on blue, all made anew; refused while the
/// way back is in use, or when the epoch is no longer ours. Done where none is wanted.
Task<Outcome> arm_way_back(DatabaseServers& servers, Claim claim);
/// A green out of reach keeps its slot; the detail says so.
Task<Outcome> disarm_way_back(DatabaseServers& servers, Claim claim);
Task<Outcome> way_back_is_armed(DatabaseServers& servers);

/// In this order, each part skipped where it holds already: wait until the slots on blue have
/// flushed `mark`, where it is known; disable green's subscriptions and wait until their workers
/// are gone; advance the origins on blue; enable blue's subscriptions; drop what green followed
/// blue by.
Task<Outcome> open_way_back(DatabaseServers& servers, Claim claim, std::optional<Lsn> mark);
Task<Outcome> way_back_is_open(DatabaseServers& servers);

/// Done when green's position is on record for the decision in force and green follows blue no
/// more.
Task<Outcome> green_has_left(DatabaseServers& servers);

}  // namespace cutover
