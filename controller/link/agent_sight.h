// What an agent's state means to the plan. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/config/config.h"
#include "controller/cutover/direction.h"
#include "controller/cutover/fleet.h"
#include "proto/agent.pb.h"

namespace cutover {

/// Where entries stand before and after the move: by the moves of this run, or, where none are
/// known, by the configured routes.
struct EntryColours {
  std::vector<proto::EntryMove> moves;
  std::vector<RouteConfig> routes;
  Direction direction = Direction::forward;

  bool is_blue(const proto::EntryRoute& entry) const;
  bool is_green(const proto::EntryRoute& entry) const;
};

/// all_blue and all_green need every process to answer and at least one moved entry to be seen.
BouncerSight sight_of(const std::string& bouncer, const proto::AgentState& state,
                      const EntryColours& colours);

}  // namespace cutover
