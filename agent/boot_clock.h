// The host's CLOCK_BOOTTIME and boot id: the only clock a lease is measured with.
#pragma once

#include "agent/pause_lease.h"

namespace cutover::agent {

/// The clock as a seam: tests turn it by hand.
class BootClock {
 public:
  virtual ~BootClock() = default;
  virtual BootTime now() const = 0;
};

class HostBootClock : public BootClock {
 public:
  /// Throws std::runtime_error when /proc does not tell the boot id.
  HostBootClock();
  BootTime now() const override;

 private:
  std::string boot_id_;
};

}  // namespace cutover::agent
