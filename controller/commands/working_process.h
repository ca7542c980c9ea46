// A run is done by a child process: whatever kills it, the parent is there to recover at once.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/base/result.h"

namespace cutover {

/// How the child ended.
struct WorkEnd {
  std::optional<std::string> report;  ///< the one line it wrote; none when it died before it could
  std::string how;                    ///< "exited with 0", "was killed by signal 9 (Killed)"
};

/// Forks; the child calls `work`, writes the line it returns to the parent and exits with 0. Must
/// be called while the process has a single thread and no io_context with open work. The parent
/// waits; an interrupt or termination signal sent to it alone is passed on to the child as SIGINT,
/// and one from the terminal, which the child gets too, is left to the child.
Result<WorkEnd> run_in_working_process(const std::function<std::string()>& work);

}  // namespace cutover
