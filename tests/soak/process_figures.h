// What a process holds of the machine at one moment: memory, descriptors, threads.
#pragma once

#include <sys/types.h>

namespace cutover::soak {

struct ProcessFigures {
  long resident_kib = 0;  ///< 0: the process is gone
  long descriptors = 0;
  long threads = 0;
};

ProcessFigures figures_of(pid_t process);

}  // namespace cutover::soak
