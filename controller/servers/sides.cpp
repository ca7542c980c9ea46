#include "controller/servers/sides.h"

#include <utility>

#include "controller/servers/schema.h"

namespace cutover {
namespace {

Sides sides_of(const DatabaseConfig& database, Direction direction) {
  Sides sides;
  sides.name = database.name;
  for (const auto& each : database.subscriptions) {
    sides.subscriptions.push_back(each);
    sides.way_back.push_back(way_back_of(each));
    sides.markers.push_back(marker_table(each.publication));
  }
  sides.blue = database.blue;
  sides.green = database.green;
  sides.replicate_back = database.replicate_back;
  if (direction == Direction::forward) return sides;
  std::swap(sides.subscriptions, sides.way_back);
  std::swap(sides.blue, sides.green);
  std::swap(sides.blue_colour, sides.green_colour);
  sides.replicate_back = database.replicate_from;
  sides.keeps_publications = true;
  return sides;
}

void exchange_colours(DatabaseConfig& database) {
  std::swap(database.blue, database.green);
  std::swap(database.replicate_from, database.replicate_back);
  for (auto& each : database.subscriptions) each = way_back_of(each);
  for (auto& route : database.routes) std::swap(route.blue, route.green);
}

}  // namespace

std::vector<Sides> sides_of(const Config& config, Direction direction) {
  std::vector<Sides> all;
  for (const auto& database : config.databases) {
    all.push_back(sides_of(database, direction));
    if (!config.way_back) all.back().way_back.clear();
  }
  return all;
}

std::vector<Sides> forward_sides(const std::vector<DatabaseConfig>& databases) {
  std::vector<Sides> all;
  for (const auto& database : databases) {
    all.push_back(sides_of(database, Direction::forward));
    all.back().way_back.clear();
  }
  return all;
}

SubscriptionConfig way_back_of(const SubscriptionConfig& subscription) {
  const auto named = [](const std::string& name) { return fitting_identifier({}, name, "_back"); };
  return {named(subscription.publication), named(subscription.slot),
          named(subscription.subscription)};
}

Config facing(const Config& config, Direction direction) {
  Config faced = config;
  if (direction == Direction::forward) return faced;
  for (auto& database : faced.databases) exchange_colours(database);
  return faced;
}

}  // namespace cutover
