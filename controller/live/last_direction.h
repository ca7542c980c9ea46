// Which way the last run went: both sides' rows in `cutover.run` say it, the newer epoch counts.
#pragma once

#include "common/async/task.h"
#include "controller/config/config.h"
#include "controller/cutover/direction.h"

namespace cutover {

struct LastRun {
  Direction direction = Direction::forward;
  std::uint64_t epoch = 0;  ///< 0: no run was ever claimed, as far as can be seen
};

/// Asks whichever of blue and green of the first database can be asked.
Task<LastRun> look_for_last_run(const Config& config);

}  // namespace cutover
