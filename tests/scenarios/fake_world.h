// The smallest world a plan can act on: blue's row, locks and fence, and agents as a few flags.
// What a call really does there is fake_fleet.h; what must be true of it is told by `wrongs`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/cutover/fleet.h"

namespace cutover::scenarios {

struct FakeAgent {
  std::string name;
  Claim claim;
  bool claimed = false;
  bool armed = false;
  bool paused = false;
  bool intent = false;
  bool on_green = false;
  bool dead = false;  ///< answers nothing
  TimePoint lease_end{};
  std::uint32_t lease_expiries = 0;
};

struct FakeWorld {
  RunRecord record;
  bool advisory_lock = false;
  bool triggers = false;
  bool locks = false;
  TimePoint locks_end{};
  bool sealed = false;
  bool green_durable = false;
  std::uint64_t decisions = 0;     ///< so far
  std::uint64_t position_for = 0;  ///< the decision whose second gate recorded green's position
  bool way_back_is_armed = false;
  bool green_has_left = false;  ///< it follows blue no more
  bool way_back_is_open = false;
  bool has_old_fence = false;  ///< an earlier run in the other direction left one on green
  bool old_fence_is_up = false;
  Claim told_green;               ///< the newest claim that green has heard of
  bool green_is_cut_off = false;  ///< from the controller
  bool sessions_under_fence = false;
  bool gate_is_open = true;
  bool is_quiet = true;
  std::uint64_t marks = 0;
  std::vector<FakeAgent> agents;
  std::vector<std::string> wrongs;  ///< what should never have happened
  bool switch_was_sent = false;

  explicit FakeWorld(int bouncers);

  /// Ends leases and locks whose time is over.
  void settle_at(TimePoint now);
  void wrong(const std::string& what) { wrongs.push_back(what); }

  bool everyone_on(bool green) const;
  bool anyone_on_green() const;
  bool anyone_paused() const;
  /// Nothing of a run is left: no fence, lock, trigger, claim or staged file.
  bool is_as_before() const;
};

}  // namespace cutover::scenarios
