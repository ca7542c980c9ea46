#include "controller/report/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "controller/report/progress.h"

namespace cutover {
namespace {

using std::chrono::microseconds;

/// The least that the steps between PAUSE and the last RESUME wait for, one after the other
/// (plan.cpp): pause and switch on the agents; hold, mark, marker, gate, decide, seal, mark,
/// marker, gate, durable write, last look on the servers. What servers and programs do meanwhile is
/// not to be foretold: it depends on the machines and grows with tables and sequences
/// (docs/benchmarks).
constexpr int agent_round_trips = 2;
constexpr int server_round_trips = 11;

bool was_measured(const std::vector<RoundTrip>& round_trips, bool of_agents) {
  return std::ranges::any_of(round_trips,
                             [&](const auto& trip) { return trip.is_agent == of_agents; });
}

microseconds slowest(const std::vector<RoundTrip>& round_trips, bool of_agents) {
  microseconds longest{0};
  for (const auto& trip : round_trips) {
    if (trip.is_agent == of_agents) longest = std::max(longest, trip.took);
  }
  return longest;
}

void append_check(std::string& text, const CheckReport& report) {
  text += fmt::format("  {:<7} {:<28} {}\n", name_of(report.finding.outcome), report.name,
                      report.finding.detail);
  const bool wants_hint =
      report.finding.outcome == CheckOutcome::fail || report.finding.outcome == CheckOutcome::warn;
  if (wants_hint && !report.finding.hint.empty()) {
    text += fmt::format("          hint: {}\n", report.finding.hint);
  }
}

}  // namespace

std::string explain_checks(const std::vector<CheckReport>& reports) {
  using enum CheckOutcome;
  std::string text = "checks\n";
  for (const auto outcome : {pass, skipped, waived, warn, fail}) {
    for (const auto& report : reports) {
      if (report.finding.outcome == outcome) append_check(text, report);
    }
  }
  return text;
}

std::string explain_steps(const Plan& plan) {
  std::string text = "steps\n";
  bool waiting = false;
  for (const auto& step : plan.steps) {
    if (step.holds_clients != waiting) {
      text += step.holds_clients ? "  ── clients wait from here\n" : "  ── clients go on\n";
      waiting = step.holds_clients;
    }
    if (step.point_of_no_return) text += "  ── no way back from here\n";
    text += fmt::format("  {:<20} {}\n", step.name, step.purpose);
  }
  for (const auto& step : plan.when_aborted) {
    text += fmt::format("  {:<20} {}, only when the run is aborted\n", step.name, step.purpose);
  }
  if (plan.turns_back) text += "  ── then back: every step is undone, nothing has moved\n";
  return text;
}

std::string explain_pause(const std::vector<RoundTrip>& round_trips) {
  std::string text = "round trips\n";
  for (const auto& trip : round_trips) {
    text += fmt::format("  {:<40} {}\n", trip.to, duration_text(trip.took));
  }
  if (!was_measured(round_trips, true) || !was_measured(round_trips, false))
    return text + "expected pause: cannot be told, nothing could be measured\n";
  const auto at_least = agent_round_trips * slowest(round_trips, true) +
                        server_round_trips * slowest(round_trips, false);
  text += fmt::format(
      "expected pause: more than {}, which its round trips take alone; the work of the servers, "
      "which "
      "grows with tables and sequences, and what the longest running transaction still takes are "
      "not "
      "in it. `cutover rehearse` measures it\n",
      duration_text(at_least));
  return text;
}

}  // namespace cutover
