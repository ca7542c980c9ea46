#include "controller/cutover/gate.h"

#include <fmt/format.h>

#include <algorithm>

namespace cutover {
namespace {

std::string why_behind(const Mark::Subscription& wanted, const SubscriptionSight& seen) {
  if (!seen.replayed) return "its replayed position is unknown";
  if (!seen.skips_nothing) return "whether it skips a transaction is unknown";
  if (!*seen.skips_nothing) return "it skips a transaction (subskiplsn is set)";
  if (*seen.replayed < wanted.position) {
    return fmt::format("it has replayed {} of {}", to_text(*seen.replayed),
                       to_text(wanted.position));
  }
  if (!seen.marker_visible) return "whether its marker arrived is unknown";
  if (!*seen.marker_visible) return "its marker has not arrived yet";
  return {};
}

}  // namespace

GateVerdict judge_gate(const Mark& mark, const std::vector<SubscriptionSight>& sights) {
  if (mark.subscriptions.empty()) return {false, "the mark names no subscription"};
  for (const auto& wanted : mark.subscriptions) {
    const auto seen = std::find_if(sights.begin(), sights.end(), [&](const auto& sight) {
      return sight.database == wanted.database && sight.subscription == wanted.subscription;
    });
    const auto why = seen == sights.end() ? "it was not seen" : why_behind(wanted, *seen);
    if (!why.empty()) {
      return {false,
              fmt::format("subscription {} of {}: {}", wanted.subscription, wanted.database, why)};
    }
  }
  return {true, {}};
}

std::string what_is_not_quiet(const TrafficSight& sight, const QuietLimits& limits) {
  if (!sight.lag_bytes) return "replication lag is unknown";
  if (*sight.lag_bytes > limits.lag_bytes) {
    return fmt::format("subscribers are {} bytes behind, more than {}", *sight.lag_bytes,
                       limits.lag_bytes);
  }
  if (!sight.apply_latency) return "how long subscribers take to apply is unknown";
  if (*sight.apply_latency > limits.apply_latency) {
    return fmt::format("subscribers apply a commit after {} ms, more than {}",
                       sight.apply_latency->count(), limits.apply_latency.count());
  }
  if (!sight.oldest_transaction) return "the age of the oldest transaction is unknown";
  if (*sight.oldest_transaction > limits.transaction_age) {
    return fmt::format("a transaction has been open for {} ms ({})",
                       sight.oldest_transaction->count(), sight.oldest_transaction_by);
  }
  if (!sight.vacuums) return "whether a vacuum is running is unknown";
  if (*sight.vacuums > 0) return "a vacuum is running on a published table";
  if (!sight.prepared_transactions) return "the number of prepared transactions is unknown";
  if (*sight.prepared_transactions > 0) return "a prepared transaction is open";
  return {};
}

}  // namespace cutover
