#include "controller/cutover/lease_keeper.h"

#include "controller/cutover/limit.h"

namespace cutover {
namespace {

Task<Outcome> renew(Actuator& fleet, milliseconds lease) {
  const auto renewed = co_await fleet.renew_leases(lease);
  co_return combined(renewed);
}

Outcome as_lost(Outcome renewal) {
  if (!renewal.is_done()) renewal.detail = "a pause was not kept: " + renewal.detail;
  return renewal;
}

}  // namespace

Task<void> LeaseKeeper::run(Actuator& fleet, milliseconds lease, TimePoint begun) {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  const microseconds interval = lease / 3;
  for (auto next = begun + interval;; next = fleet.now() + interval) {
    const auto wait = duration_cast<microseconds>(next - fleet.now());
    if (wait.count() > 0) co_await fleet.sleep(wait);
    auto renewal = contained(renew(fleet, lease));
    const auto outcome = co_await limited(fleet, interval, std::move(renewal));
    if (!lost.is_done()) continue;  // the first loss is the cause
    lost = as_lost(outcome.value_or(in_doubt("a renewal was not answered")));
  }
}

}  // namespace cutover
