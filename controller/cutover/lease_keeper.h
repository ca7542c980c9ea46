// Keeps the leases of paused bouncers alive while a plan holds clients, and remembers when one was
// lost.
#pragma once

#include <string>

#include "controller/cutover/fleet.h"

namespace cutover {

struct LeaseKeeper {
  Outcome lost = done();  ///< not done: some agent did not renew, and may serve blue again

  /// Renews every third of `lease`, counted from `begun`, when the pause was sent, until it is
  /// cancelled. A renewal that gets no answer is a lost lease and holds nobody up.
  Task<void> run(Actuator& fleet, milliseconds lease, TimePoint begun);
};

}  // namespace cutover
