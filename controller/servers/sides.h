// One database of the configuration as the protocol sees it: the side that serves before ("blue" in
// the interface) and the side that serves after, whatever their colours are in this run.
#pragma once

#include <string>
#include <vector>

#include "controller/config/config.h"
#include "controller/cutover/direction.h"

namespace cutover {

struct Sides {
  std::string name;  ///< of the [[database]]
  std::string blue;  ///< conninfo of the side that serves before
  std::string green;
  std::string blue_colour = "blue";  ///< `side` in the rows that speak of it; a rollback exchanges
  std::string green_colour = "green";
  std::vector<SubscriptionConfig> subscriptions;  ///< green follows blue by these
  std::vector<std::string> markers;  ///< quoted tables, of each subscription and of its way back
  std::vector<SubscriptionConfig> way_back;  ///< blue follows green by these; empty: not wanted
  std::string replicate_back;                ///< conninfo: as blue reaches green
  /// The way back's publications are the operator's: `prepare` made them, no run removes them.
  bool keeps_publications = false;
};

/// As a cutover goes, or a rollback, with or without what lets the next run go the other way.
std::vector<Sides> sides_of(const Config& config, Direction direction);
/// Blue → green, without a way back.
std::vector<Sides> forward_sides(const std::vector<DatabaseConfig>& databases);

/// Names of the reverse of a subscription: they end in "_back" and fit into an identifier.
SubscriptionConfig way_back_of(const SubscriptionConfig& subscription);

/// The configuration with blue and green exchanged for Direction::back: what looks at it sees a
/// cutover from the configured green to the configured blue.
Config facing(const Config& config, Direction direction);

}  // namespace cutover
