// [limits]: how long things may take, and which combinations cannot work.
#include <fmt/format.h>

#include "common/base/duration.h"
#include "controller/config/sections.h"

namespace cutover {
namespace {

using std::chrono::milliseconds;

constexpr DurationRange any_wait{milliseconds(1), std::chrono::hours(24)};
constexpr DurationRange pauses{milliseconds(10), std::chrono::minutes(10)};
constexpr DurationRange leases{milliseconds(500), std::chrono::minutes(10)};
constexpr DurationRange backoffs{milliseconds(1),
                                 std::chrono::seconds(30)};  // it doubles up to 30s
constexpr NumberRange some_attempts{1, 1000};

struct NamedLimit {
  const char* key;
  milliseconds value;
};

void refuse_unless_below(const TomlTable& table, const NamedLimit& lower, const NamedLimit& upper,
                         const char* hint) {
  if (lower.value < upper.value) return;
  table.problem_at(lower.key,
                   fmt::format("limits.{} ({}) must be below limits.{} ({})", lower.key,
                               duration_text(lower.value), upper.key, duration_text(upper.value)),
                   hint);
}

/// drain_timeout < lease < pause_budget.
void refuse_unless_ordered(const TomlTable& table, const Limits& limits) {
  const NamedLimit drain{"drain_timeout", limits.drain_timeout};
  const NamedLimit lease{"lease", limits.lease};
  const NamedLimit budget{"pause_budget", limits.pause_budget};
  refuse_unless_below(table, drain, budget,
                      "the pause also waits for green and switches: leave it a second or more");
  refuse_unless_below(
      table, lease, budget,
      "it is renewed while the controller lives, and bounds the pause when it dies");
  if (drain.value >= budget.value) return;
  refuse_unless_below(table, drain, lease,
                      "a lease begins with the pause and is first renewed when it has drained: it "
                      "would run out before");
}

}  // namespace

Limits read_limits(const TomlTable& root) {
  const auto table = root.table("limits");
  Limits limits;
  limits.lag_to_start_bytes = table.byte_size("lag_to_start", limits.lag_to_start_bytes);
  limits.quiet_transaction_age =
      table.duration("quiet_transaction_age", limits.quiet_transaction_age, any_wait);
  limits.quiet_timeout = table.duration("quiet_timeout", limits.quiet_timeout, any_wait);
  limits.drain_timeout = table.duration("drain_timeout", limits.drain_timeout, pauses);
  limits.pause_budget = table.duration("pause_budget", limits.pause_budget, pauses);
  limits.attempts =
      static_cast<std::uint32_t>(table.number("attempts", limits.attempts, some_attempts));
  limits.backoff = table.duration("backoff", limits.backoff, backoffs);
  limits.lease = table.duration("lease", limits.lease, leases);
  if (limits.lag_to_start_bytes == 0)
    table.problem_at("lag_to_start", "limits.lag_to_start is 0, and a lag of 0 may never come",
                     "some WAL is always written: allow for it, the default is \"1MiB\"");
  refuse_unless_ordered(table, limits);
  return limits;
}

}  // namespace cutover
