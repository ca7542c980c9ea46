#include "controller/display/fleet_history.h"

#include <algorithm>

namespace cutover {
namespace {

constexpr std::size_t longest_curve = 240;
const std::vector<double> no_curve;

std::string key_of(const std::string& database, const std::string& side, const std::string& what) {
  return database + "\n" + side + "\n" + what;
}

}  // namespace

double last_of(const std::vector<double>& values) {
  return values.empty() ? 0 : values.back();
}

void FleetHistory::keep(const std::string& key, double value) {
  auto& curve = curves_[key];
  if (curve.size() == longest_curve) curve.erase(curve.begin());
  curve.push_back(value);
}

void FleetHistory::take_counter(const std::string& key, double value, double seconds) {
  const auto known = counters_.find(key);
  // A server that was restarted counts anew.
  if (known != counters_.end() && seconds > 0)
    keep(key, std::max(0.0, value - known->second) / seconds);
  counters_[key] = value;
}

void FleetHistory::take(const FleetLook& look) {
  const double seconds = look.taken_at - last_look_;
  for (const auto& database : look.databases) {
    for (const auto* side : {&database.blue, &database.green}) {
      if (!side->is_up()) continue;
      const std::string name = side == &database.blue ? "blue" : "green";
      take_counter(key_of(database.name, name, "rows"), side->rows_written, seconds);
      take_counter(key_of(database.name, name, "transactions"), side->transactions, seconds);
      for (const auto& slot : side->slots) {
        if (slot.lag_bytes) keep(slot.slot, *slot.lag_bytes);
      }
    }
  }
  last_look_ = look.taken_at;
}

const std::vector<double>& FleetHistory::rates(const std::string& database, const std::string& side,
                                               const std::string& what) const {
  const auto found = curves_.find(key_of(database, side, what));
  return found == curves_.end() ? no_curve : found->second;
}

const std::vector<double>& FleetHistory::lag_bytes(const std::string& slot) const {
  const auto found = curves_.find(slot);
  return found == curves_.end() ? no_curve : found->second;
}

}  // namespace cutover
