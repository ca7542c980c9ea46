// What a curve needs: the last looks as rates and sizes. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/looks/fleet_look.h"

namespace cutover {

class FleetHistory {
 public:
  void take(const FleetLook& look);

  /// Per second, newest last. `what`: "rows" or "transactions"; `side`: "blue" or "green".
  const std::vector<double>& rates(const std::string& database, const std::string& side,
                                   const std::string& what) const;
  const std::vector<double>& lag_bytes(const std::string& slot) const;

 private:
  void take_counter(const std::string& key, double value, double seconds);
  void keep(const std::string& key, double value);

  std::map<std::string, std::vector<double>> curves_;
  std::map<std::string, double> counters_;
  double last_look_ = 0;
};

/// The newest; 0 when there is none.
double last_of(const std::vector<double>& values);

}  // namespace cutover
