// What the two programs cost: memory, processor, start, size.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/rig/cutover_rig.h"

namespace cutover::bench {

struct CostOptions {
  support::RigOptions fleet;
  std::chrono::seconds idle{30};  ///< how long an idle agent is looked at
  int starts = 20;
};

/// In the order of the table: what, and how much in words.
using Costs = std::vector<std::pair<std::string, std::string>>;

/// Throws when a run fails.
Costs measure_costs(const CostOptions& options);

std::string costs_table(const Costs& costs);

}  // namespace cutover::bench
