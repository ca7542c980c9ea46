// The way back and the old fence over all databases.
#include "common/async/gather.h"
#include "common/base/outcomes.h"
#include "controller/servers/old_fence.h"
#include "controller/servers/server_fleet.h"
#include "controller/servers/way_back.h"

namespace cutover {
namespace {

std::optional<Lsn> mark_of(const Mark& mark, const DatabaseServers& servers) {
  for (const auto& each : mark.subscriptions)
    if (each.database == servers.sides.name) return each.position;
  return std::nullopt;
}

}  // namespace

Task<Outcome> ServerFleet::way_back_is_armed() const {
  const auto outcome = co_await everywhere(cutover::way_back_is_armed);
  co_return outcome;
}

Task<Outcome> ServerFleet::way_back_is_open() const {
  const auto outcome = co_await everywhere(cutover::way_back_is_open);
  co_return outcome;
}

Task<Outcome> ServerFleet::green_has_left() const {
  const auto outcome = co_await everywhere(cutover::green_has_left);
  co_return outcome;
}

Task<Outcome> ServerFleet::old_fence_is_down() const {
  const auto outcome = co_await everywhere(cutover::old_fence_is_down);
  co_return outcome;
}

Task<Outcome> ServerFleet::old_fence_stands() const {
  const auto outcome = co_await everywhere(cutover::old_fence_stands);
  co_return outcome;
}

Task<Outcome> ServerFleet::arm_way_back() {
  const auto outcome = co_await everywhere(cutover::arm_way_back);
  co_return outcome;
}

Task<Outcome> ServerFleet::disarm_way_back() {
  const auto outcome = co_await everywhere(cutover::disarm_way_back);
  co_return outcome;
}

Task<Outcome> ServerFleet::open_way_back(const Mark& mark) {
  std::vector<Task<Outcome>> acts;
  for (const auto& each : databases_)
    acts.push_back(cutover::open_way_back(*each, claim_, mark_of(mark, *each)));
  const auto outcomes = co_await gather(std::move(acts));
  co_return worst_of(outcomes);
}

Task<Outcome> ServerFleet::take_down_old_fence() {
  const auto outcome = co_await everywhere(cutover::take_down_old_fence);
  co_return outcome;
}

}  // namespace cutover
