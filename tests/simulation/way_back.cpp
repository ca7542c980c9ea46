// The way back and the old fence of the simulated servers, and what must be true when it opens.
#include <algorithm>

#include "tests/simulation/servers.h"

namespace cutover::simulation {

Outcome Servers::arm_way_back(const Claim& claim) {
  if (!is_newest(claim)) return refused("the epoch is not ours");
  if (way_back_is_open) return refused("the way back is in use");
  way_back_is_armed = true;
  return done();
}

Outcome Servers::disarm_way_back(const Claim& claim) {
  if (!is_newest(claim)) return refused("the epoch is not ours");
  if (way_back_is_open) return refused("the way back is in use");
  way_back_is_armed = false;
  return done();
}

Outcome Servers::record_position(const PositionWrite& write) {
  if (!is_newest(write.claim)) return refused("a newer run acts");
  const bool is_ended = write.number < last_position_write_;
  if (is_ended && !world_.has(Mutation::position_outlives_the_next))
    return refused("its session was ended");
  last_position_write_ = std::max(last_position_write_, write.number);
  const bool is_known = position_for_ == write.decision && !world_.has(Mutation::way_back_moves);
  if (is_known) return done();
  position_for_ = write.decision;
  way_back_from_ = green_position_;
  return done();
}

Outcome Servers::green_has_left() const {
  return green_has_left_ && position_for_ == decision ? done() : refused("green follows blue");
}

/// What blue gets is green's log from there on: nothing of green's clients may be before it,
/// nothing that blue itself wrote behind it.
Outcome Servers::open_way_back() {
  if (!way_back_is_armed) return refused("the way back is not armed");
  if (decision == 0 || position_for_ != decision) return refused("no position is on record");
  if (first_client_at_ != 0 && first_client_at_ <= way_back_from_)
    world_.breaks("I7: the way back misses a write of green's clients");
  if (client_applied_at_ > way_back_from_)
    world_.breaks("I7: the way back brings blue's own write to blue");
  green_has_left_ = way_back_is_open = true;
  return done();
}

void Servers::tell_green(const Claim& claim) {
  epoch_on_green = std::max(epoch_on_green, claim.epoch);
}

Outcome Servers::take_down_old_fence(const Claim& claim) {
  if (!world_.settings.is_second_run || world_.has(Mutation::old_fence_stays)) return done();
  tell_green(claim);
  const bool is_mine = claim.epoch == epoch_on_green || world_.has(Mutation::no_epoch_on_green);
  if (!is_mine) return refused("a newer run acts");
  old_fence = false;
  return done();
}

Outcome Servers::old_fence_stands() const {
  if (!world_.settings.is_second_run) return done();
  if (!old_fence) return refused("it was taken down");
  const bool is_told = epoch_on_green == record.claim.epoch;
  return is_told ? done() : in_doubt("green has not heard of the newest claim");
}

}  // namespace cutover::simulation
