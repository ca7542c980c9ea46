// What clients do to the servers, and the invariants of every acknowledged write.
#include <algorithm>

#include "tests/simulation/servers.h"

namespace cutover::simulation {

/// A session from before the fence may still write with an old snapshot; one born under it cannot.
bool Servers::lets_write(const Session& session) {
  if (session.born_under_fence) return false;
  return !record.fenced || world_.random.chance(500);
}

void Servers::end(Session& session) {
  session = Session{Session::State::none, false, false, false, session.generation + 1};
}

void Servers::append() {
  const auto position = ++position_;
  auto delay = world_.random.between(100, 1'500);
  if (world_.random.chance(100)) delay += world_.random.between(2'000, 40'000);
  applies_until_ = std::max(applies_until_, world_.clock.now() + delay);
  world_.clock.after(std::chrono::duration_cast<microseconds>(applies_until_ - world_.clock.now()),
                     [this, position] { applied_ = position; });
}

void Servers::commit_on_blue(Session& session) {
  session.has_written = false;
  if (green_has_written) {
    world_.breaks("I4: a write was acknowledged on blue after one on green");
  }
  append();
  last_client_commit_ = position_;
  world_.note("commit {} on blue", position_);
}

void Servers::commit_on_green() {
  if (applied_ < last_client_commit_) {
    world_.breaks(fmt::format("I1: a write was acknowledged on green, which has applied {} of {}",
                              applied_, last_client_commit_));
  }
  if (!record.decided || !record.fenced) {
    world_.breaks("I2: a write was acknowledged on green without a decision");
  }
  if (!is_sealed()) {
    world_.breaks("I2: a write was acknowledged on green while old sessions are on blue");
  }
  if (!green_has_written) world_.note("first commit on green");
  green_has_written = true;
}

}  // namespace cutover::simulation
