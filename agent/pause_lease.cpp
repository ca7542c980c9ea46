// See pause_lease.h.
#include "agent/pause_lease.h"

#include <algorithm>

namespace cutover::agent {

PauseLease lease_from(const BootTime& now, std::chrono::milliseconds duration) {
  return {now.boot_id, now.since_boot + duration};
}

bool has_run_out(const PauseLease& lease, const BootTime& now) {
  return time_left(lease, now).count() == 0;
}

std::chrono::milliseconds time_left(const PauseLease& lease, const BootTime& now) {
  if (lease.boot_id != now.boot_id) return std::chrono::milliseconds{0};
  return std::max(lease.deadline - now.since_boot, std::chrono::milliseconds{0});
}

std::optional<PauseLease> renewed(const PauseLease& lease, const BootTime& now,
                                  std::chrono::milliseconds duration) {
  if (has_run_out(lease, now)) return std::nullopt;
  PauseLease longer = lease_from(now, duration);
  longer.deadline = std::max(longer.deadline, lease.deadline);
  return longer;
}

}  // namespace cutover::agent
