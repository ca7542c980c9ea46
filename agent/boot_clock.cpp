// See boot_clock.h.
#include "agent/boot_clock.h"

#include <time.h>

#include <fstream>
#include <stdexcept>

namespace cutover::agent {

HostBootClock::HostBootClock() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  if (!std::getline(file, boot_id_) || boot_id_.empty())
    throw std::runtime_error("cannot read /proc/sys/kernel/random/boot_id");
}

BootTime HostBootClock::now() const {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return {boot_id_,
          std::chrono::duration_cast<std::chrono::milliseconds>(
              std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec))};
}

}  // namespace cutover::agent
