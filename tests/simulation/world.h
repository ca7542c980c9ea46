// What the simulated actors share: the clock, chance, and the list of broken invariants.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/scenarios/virtual_clock.h"
#include "tests/simulation/random.h"
#include "tests/simulation/settings.h"

namespace cutover::simulation {

using scenarios::ProcessId;
using scenarios::VirtualClock;
using std::chrono::microseconds;

struct World {
  explicit World(const Settings& chosen) : settings(chosen), random(chosen.seed) {}

  const Settings settings;
  VirtualClock clock;
  Random random;
  std::vector<std::string> broken;  ///< invariants, each with the time it broke
  std::vector<std::string> log;     ///< what happened, when asked for
  bool keeps_log = false;
  bool is_calm = false;  ///< at the end nothing more is lost, late or unknown

  bool has(Mutation mutation) const { return settings.mutation == mutation; }

  template <class... Args>
  void note(fmt::format_string<Args...> text, Args&&... args) {
    if (keeps_log) add_line(fmt::format(text, std::forward<Args>(args)...));
  }
  void breaks(const std::string& invariant) {
    broken.push_back(fmt::format("{} us: {}", clock.elapsed().count(), invariant));
    if (keeps_log) add_line("BROKEN " + invariant);
  }

 private:
  void add_line(const std::string& line) {
    log.push_back(fmt::format("{:>9} {}", clock.elapsed().count(), line));
  }
};

}  // namespace cutover::simulation
