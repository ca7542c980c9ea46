// One seed: a world, a controller that runs the real plan, crashes, recoveries, and what must be
// true at the end.
#pragma once

#include "tests/simulation/settings.h"

namespace cutover::simulation {

struct Verdict {
  std::vector<std::string> broken;  ///< invariants; empty: all hold
  std::vector<std::string> log;
  bool ended_on_green = false;
};

enum class Log { none, kept };

Verdict simulate(const Settings& settings, Log log = Log::none);

/// The one command that replays a seed with its log.
std::string how_to_replay(const Settings& settings);

}  // namespace cutover::simulation
