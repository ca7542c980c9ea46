// Keeps the leases of paused bouncers alive while a plan holds clients, and remembers when one was
// lost.
#pragma once

#include <string>

#include "controller/cutover/fleet.h"

namespace cutover {

struct LeaseKeeper {
  bool stop = false;
  Outcome lost = done();  ///< not done: some agent did not renew, and may serve blue again

  /// Renews every third of `lease` until `stop`, in steps of a few milliseconds so that it ends
  /// soon after.
  Task<void> run(Actuator& fleet, milliseconds lease);
};

}  // namespace cutover
