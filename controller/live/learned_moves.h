// What moves on every bouncer, from what the agents found on disk; each error names its bouncer.
// Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/config/config.h"
#include "controller/link/bouncer_fleet.h"

namespace cutover {

struct LearnedMoves {
  std::map<std::string, std::vector<proto::EntryMove>> by_bouncer;
  std::vector<Error> errors;
};

LearnedMoves learn_moves(const Config& config, const FleetAnswer<proto::Inspection>& inspections);

}  // namespace cutover
