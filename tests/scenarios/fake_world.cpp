#include "tests/scenarios/fake_world.h"

#include <algorithm>

namespace cutover::scenarios {

FakeWorld::FakeWorld(int bouncers) {
  for (int i = 1; i <= bouncers; ++i) {
    FakeAgent agent;
    agent.name = "bouncer-" + std::to_string(i);
    agents.push_back(agent);
  }
}

void FakeWorld::settle_at(TimePoint now) {
  if (locks && now >= locks_end) locks = false;
  for (auto& agent : agents) {
    if (!agent.paused || now < agent.lease_end) continue;
    agent.paused = false;
    ++agent.lease_expiries;
  }
}

bool FakeWorld::everyone_on(bool green) const {
  return std::all_of(agents.begin(), agents.end(),
                     [&](const FakeAgent& agent) { return agent.on_green == green; });
}

bool FakeWorld::anyone_on_green() const {
  return std::any_of(agents.begin(), agents.end(),
                     [](const FakeAgent& agent) { return agent.on_green; });
}

bool FakeWorld::anyone_paused() const {
  return std::any_of(agents.begin(), agents.end(),
                     [](const FakeAgent& agent) { return agent.paused; });
}

bool FakeWorld::is_as_before() const {
  const bool agents_are_free = std::all_of(agents.begin(), agents.end(), [](const auto& agent) {
    return !agent.claimed && !agent.armed && !agent.paused && !agent.intent && !agent.on_green;
  });
  return agents_are_free && !record.decided && !record.fenced && !locks && !triggers &&
         !advisory_lock && !sessions_under_fence && !way_back_is_armed &&
         old_fence_is_up == has_old_fence;
}

}  // namespace cutover::scenarios
