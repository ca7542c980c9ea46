// One database of the configuration as the protocol sees it: the side that serves before ("blue" in
// the interface) and the side that serves after, whatever their colours are in this run.
#pragma once

#include <string>
#include <vector>

#include "controller/config/config.h"

namespace cutover {

struct Sides {
  std::string name;  ///< of the [[database]]
  std::string blue;  ///< conninfo of the side that serves before
  std::string green;
  std::string blue_colour = "blue";  ///< `side` in the rows that speak of it; a rollback exchanges
  std::string green_colour = "green";
  std::vector<SubscriptionConfig> subscriptions;
};

/// blue → green, as a cutover goes.
std::vector<Sides> forward_sides(const std::vector<DatabaseConfig>& databases);

}  // namespace cutover
