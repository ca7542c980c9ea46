// The gate: may green take over from this mark? Pure, and it fails closed: unknown, missing or
// skipped means no.
#pragma once

#include <string>
#include <vector>

#include "controller/cutover/fleet.h"

namespace cutover {

struct GateVerdict {
  bool open = false;
  std::string why_not;  ///< names the first subscription that is behind or unknown; empty when open
};

/// Open when every subscription of `mark` is in `sights`, has replayed its position, shows its
/// marker and skips nothing. A mark without subscriptions never opens: it means that nothing was
/// asked.
GateVerdict judge_gate(const Mark& mark, const std::vector<SubscriptionSight>& sights);

struct QuietLimits {
  std::uint64_t lag_bytes = 1024 * 1024;
  milliseconds transaction_age{500};
  milliseconds apply_latency{3000};

  bool operator==(const QuietLimits&) const = default;
};

/// Empty when this is a quiet moment, else what stands against it, for people. Unknown is not
/// quiet.
std::string what_is_not_quiet(const TrafficSight& sight, const QuietLimits& limits);

}  // namespace cutover
