// The loads of the benchmark by name, and one of them on a fleet.
#pragma once

#include <string>
#include <vector>

#include "tests/support/load/load_driver.h"
#include "tests/support/rig/cutover_rig.h"

namespace cutover::bench {

struct LoadShape {
  std::string name;
  std::string meaning;  ///< for the tables
  int clients = 16;
  double writes_per_second = 0;  ///< of all clients; 0: as fast as it goes
  int reconnect_every = 200;
  int long_clients = 0;      ///< besides, each in one transaction of two seconds after another
  int settling_writes = 20;  ///< of every client, between measurements
};

/// idle, 50, 500, max, mix, churn. Throws for another name.
const LoadShape& load_shape(const std::string& name);

/// The writers of a shape; they rest at first, and between measurements.
class ShapedLoad {
 public:
  ShapedLoad(const support::CutoverRig& rig, const LoadShape& shape, int first_client);

  void rest();
  /// Writes go on, and every client's have been acknowledged again. Throws when they do not come.
  void go_on();
  void settle() const;
  void leave_their_rhythm() const;  ///< LoadDriver's, of all
  /// Milliseconds; a failed write lasts until one of its client is acknowledged.
  double longest_outage(support::LoadClock::time_point from,
                        support::LoadClock::time_point to) const;
  support::LoadProgress progress() const;
  const support::LoadDriver& short_writes() const { return drivers_.front(); }
  std::vector<support::LoadDriver>& drivers() { return drivers_; }

 private:
  LoadShape shape_;
  std::vector<support::LoadDriver> drivers_;  ///< those with long transactions apart
};

}  // namespace cutover::bench
