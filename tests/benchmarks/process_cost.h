// What a process costs, as the kernel counts it.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace cutover::bench {

struct ProcessCost {
  double resident_mib = 0;
  double peak_mib = 0;  ///< the highest resident so far
  std::chrono::milliseconds processor{0};
};

/// Of one process; zeros when it is gone.
ProcessCost cost_of(pid_t pid);
/// Of all children that have ended and been waited for so far, with theirs.
std::chrono::milliseconds processor_time_of_ended_children();
/// Resident memory of a process and of all that it started.
double resident_with_children(pid_t pid);

}  // namespace cutover::bench
