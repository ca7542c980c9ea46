#include "controller/servers/sides.h"

namespace cutover {

std::vector<Sides> forward_sides(const std::vector<DatabaseConfig>& databases) {
  std::vector<Sides> all;
  for (const auto& database : databases) {
    Sides sides;
    sides.name = database.name;
    sides.blue = database.blue;
    sides.green = database.green;
    sides.subscriptions = database.subscriptions;
    all.push_back(std::move(sides));
  }
  return all;
}

}  // namespace cutover
