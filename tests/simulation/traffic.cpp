// What clients do to the servers, and the invariants of every acknowledged write.
#include <algorithm>

#include "tests/simulation/servers.h"

namespace cutover::simulation {

/// A session from before the fence may still write with an old snapshot; one born under it cannot,
/// unless it asks for READ WRITE and finds no trigger.
bool Servers::lets_write(const Session& session) {
  if (record.fenced && !has_triggers) return world_.random.chance(500);
  if (session.born_under_fence) return false;
  return !record.fenced || world_.random.chance(500);
}

void Servers::end(Session& session) {
  session = Session{Session::State::none, false, false, false, session.generation + 1};
}

void Servers::apply(std::uint64_t position, Origin origin) {
  if (green_has_left_) return;
  applied_ = position;
  ++green_position_;
  if (origin == Origin::client) client_applied_at_ = green_position_;
}

void Servers::append(Origin origin) {
  const auto position = ++position_;
  auto delay = world_.random.between(100, 1'500);
  if (world_.random.chance(100)) delay += world_.random.between(2'000, 40'000);
  applies_until_ = std::max(applies_until_, world_.clock.now() + delay);
  world_.clock.after(std::chrono::duration_cast<microseconds>(applies_until_ - world_.clock.now()),
                     [this, position, origin] { apply(position, origin); });
}

void Servers::commit_on_blue(Session& session) {
  session.has_written = false;
  if (green_has_written) {
    world_.breaks("I4: a write was acknowledged on blue after one on green");
  }
  append(Origin::client);
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
  if (ddl_is_committed_ && !was_taken_over_) {
    world_.breaks("I1: a write was acknowledged on green, which lacks a change of blue's schema");
  }
  if (old_fence) world_.breaks("I2: a client is on green under its old fence");
  ++green_position_;
  if (first_client_at_ == 0) first_client_at_ = green_position_;
  if (!green_has_written) world_.note("first commit on green");
  green_has_written = true;
}

}  // namespace cutover::simulation
