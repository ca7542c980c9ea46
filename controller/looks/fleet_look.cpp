#include "controller/looks/fleet_look.h"

#include <algorithm>
#include <chrono>

namespace cutover {

std::optional<int> DatabaseLook::sequences_behind() const {
  if (!blue.is_up() || !green.is_up()) return std::nullopt;
  int behind = 0;
  for (const auto& [name, ahead] : blue.sequences) {
    const auto found = green.sequences.find(name);
    if (found == green.sequences.end()) continue;
    const double distance = ahead.value - found->second.value;
    if (ahead.descends ? distance < 0 : distance > 0) ++behind;
  }
  return behind;
}

std::optional<bool> DatabaseLook::way_back_open() const {
  if (!green.is_up()) return std::nullopt;
  const auto is_of_it = [](const SlotLook& slot) {
    return slot.ours && slot.direction == Direction::back;
  };
  const bool is_there = way_back_subscriptions > 0 || std::ranges::any_of(green.slots, is_of_it);
  if (!is_there) return std::nullopt;
  const auto served = std::ranges::count_if(
      green.slots, [&](const SlotLook& slot) { return is_of_it(slot) && slot.active; });
  return subscriptions > 0 && static_cast<std::size_t>(served) == subscriptions;
}

std::optional<double> FleetLook::lag_bytes(Direction direction) const {
  std::optional<double> most;
  for (const auto& database : databases) {
    const auto& side = direction == Direction::forward ? database.blue : database.green;
    for (const auto& slot : side.slots) {
      if (slot.ours && slot.direction == direction && slot.lag_bytes)
        most = std::max(most.value_or(0), *slot.lag_bytes);
    }
  }
  return most;
}

std::string FleetLook::fenced_side_in_use() const {
  const bool blue = std::ranges::any_of(
      databases, [](const auto& database) { return database.fenced.value_or(false); });
  const bool green = std::ranges::any_of(
      databases, [](const auto& database) { return database.green_fenced.value_or(false); });
  for (const auto& bouncer : bouncers) {
    const bool is_fenced =
        (blue && bouncer.serves == "blue") || (green && bouncer.serves == "green");
    if (is_fenced && !bouncer.paused) return bouncer.serves;
  }
  return "";
}

double unix_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

}  // namespace cutover
