// The least a pause can cost: PAUSE and RESUME on every console with nothing between, under load.
#pragma once

#include <string>
#include <vector>

#include "tests/support/load/load_driver.h"

namespace cutover::support {

struct Floor {
  double held_ms = 0;           ///< first PAUSE sent to last RESUME answered; median of the rounds
  double longest_stall_ms = 0;  ///< of any client around it; median of the rounds
  std::vector<double> held_ms_of_rounds = {};
  std::vector<double> stall_ms_of_rounds = {};
  LoadClock::time_point began = {};  ///< the last round
  LoadClock::time_point ended = {};
};

/// `consoles` are conninfos of PgBouncers' admin consoles. Between rounds every client writes at
/// least `writes_between` rows. Throws when a console refuses; the others
/// are resumed first.
Floor measure_floor(const LoadDriver& driver, const std::vector<std::string>& consoles,
                    int rounds = 5, int writes_between = 20);

}  // namespace cutover::support
