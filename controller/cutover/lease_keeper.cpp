#include "controller/cutover/lease_keeper.h"

namespace cutover {

Task<void> LeaseKeeper::run(Actuator& fleet, milliseconds lease) {
  constexpr milliseconds slice(10);
  auto renewed = fleet.now();
  while (!stop) {
    if (fleet.now() - renewed < lease / 3) {
      co_await fleet.sleep(slice);
      continue;
    }
    renewed = fleet.now();
    const auto outcomes = co_await fleet.renew_leases(lease);
    const auto outcome = combined(outcomes);
    if (!outcome.is_done() && lost.is_done()) lost = outcome;
  }
}

}  // namespace cutover
