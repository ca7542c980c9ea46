// Do the clocks agree. No decision depends on them; logs, certificates and `same_rows` do.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"
#include "controller/checks/checked_bouncers.h"
#include "controller/checks/clock_offset.h"
#include "controller/checks/numbers.h"

namespace cutover {
namespace {

constexpr int samples = 3;

/// The sample with the shortest round trip knows best.
Task<std::optional<ClockOffset>> offset_of(const ReadOnlyServer& server, Evidence& evidence) {
  std::optional<ClockOffset> best;
  for (int i = 0; i < samples; ++i) {
    const std::int64_t asked = unix_clock_us();
    const auto rows = co_await server.ask(
        "SELECT (1000000 * extract(epoch FROM clock_timestamp()))::bigint AS clock");
    if (!rows) {
      evidence.unknown(rows.error());
      co_return std::nullopt;
    }
    const auto clock = static_cast<std::int64_t>(number_in(rows->text(0, "clock")).value_or(0));
    const ClockOffset sample = clock_offset(asked, unix_clock_us(), clock);
    if (!best || sample.uncertainty_us < best->uncertainty_us) best = sample;
  }
  co_return best;
}

void judge(const std::string& name, const ClockOffset& offset, Evidence& evidence) {
  const std::string text = fmt::format("{} {}", name, to_text(offset));
  if (is_skewed(offset))
    evidence.warn("off from this machine's clock", text);
  else
    evidence.note("", text);
}

Task<Finding> clock_skew(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    for (const auto* server : {&database.blue, &database.green}) {
      const auto offset = co_await offset_of(*server, evidence);
      if (offset) judge(server->name(), *offset, evidence);
    }
    break;
  }
  for (const CheckedBouncer& bouncer : context.bouncers->hosts) {
    if (bouncer.inspection)
      judge(bouncer.config.name,
            clock_offset(bouncer.asked_unix_us, bouncer.answered_unix_us,
                         static_cast<std::int64_t>(bouncer.inspection->clock_unix_us())),
            evidence);
    else
      evidence.unknown(within_context(bouncer.config.name, bouncer.inspection.error()));
  }
  co_return evidence.finding({}, "run chrony or another NTP client on every host");
}

}  // namespace

std::vector<Check> clock_checks() {
  return {{"clock_skew", "The clocks of all hosts agree within a second.", false, clock_skew}};
}

ClockOffset clock_offset(std::int64_t asked_us, std::int64_t answered_us, std::int64_t clock_us) {
  return {clock_us - (asked_us + answered_us) / 2, (answered_us - asked_us + 1) / 2};
}

bool is_skewed(const ClockOffset& offset) {
  constexpr std::int64_t allowed_us = 1'000'000;
  return std::abs(offset.offset_us) - offset.uncertainty_us > allowed_us;
}

std::string to_text(const ClockOffset& offset) {
  return fmt::format("{:+.0f} ms (±{:.1f})", static_cast<double>(offset.offset_us) / 1000,
                     static_cast<double>(offset.uncertainty_us) / 1000);
}

}  // namespace cutover
