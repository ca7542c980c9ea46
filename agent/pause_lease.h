// How long a pause may live without word from the controller. Pure: time comes in as CLOCK_BOOTTIME
// with the boot's id, so that a reboot or a stepped wall clock can neither stretch nor hide a
// lease.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace cutover::agent {

/// A moment of one boot of this host.
struct BootTime {
  std::string boot_id = {};
  std::chrono::milliseconds since_boot{0};
};

struct PauseLease {
  std::string boot_id = {};
  std::chrono::milliseconds deadline{0};  ///< CLOCK_BOOTTIME

  bool operator==(const PauseLease&) const = default;
};

PauseLease lease_from(const BootTime& now, std::chrono::milliseconds duration);

/// A lease of another boot has run out: PgBouncer did not survive that either, or nobody knows.
bool has_run_out(const PauseLease& lease, const BootTime& now);

/// 0 when it ran out.
std::chrono::milliseconds time_left(const PauseLease& lease, const BootTime& now);

/// The lease with at least `duration` left, never shortened; nothing when it ran out already.
std::optional<PauseLease> renewed(const PauseLease& lease, const BootTime& now,
                                  std::chrono::milliseconds duration);

}  // namespace cutover::agent
