// The part of the page that outlives a run: declared in controller_metrics.h.
#include <algorithm>
#include <array>

#include "common/base/utc_time.h"
#include "controller/journal/journal.h"
#include "controller/metrics/controller_metrics.h"

namespace cutover {
namespace {

void take_entry(MetricPage& page, const JournalEntry& entry) {
  const double at = unix_time_of(entry.at);
  if (entry.kind == "pause began") page.set("cutover_pause_started_timestamp_seconds", {}, at);
  if (entry.kind == "pause ended") page.set("cutover_pause_ended_timestamp_seconds", {}, at);
  if (entry.kind != "step ended" || !entry.seconds) return;
  page.set("cutover_step_seconds", {{"step", entry.step}}, *entry.seconds);
  page.set("cutover_step_timestamp_seconds", {{"step", entry.step}}, at);
}

/// Those that are runs for people and alerts: newest first.
std::vector<JournalRun> runs_that_move(const Journal& journal) {
  auto runs = journal.runs();
  if (!runs) return {};
  std::erase_if(*runs, [](const auto& run) { return !moves_clients(run); });
  return std::move(*runs);
}

/// By name, as cutover_check_status tells them; empty: the run has asked none.
std::map<MetricPage::Labels, double> checks_of(const std::vector<JournalEntry>& entries) {
  constexpr std::array outcomes = {"pass", "skipped", "waived", "warn", "fail"};
  std::map<MetricPage::Labels, double> series;
  for (const auto& entry : entries) {
    if (entry.kind != "check") continue;
    const auto found = std::find(outcomes.begin(), outcomes.end(), entry.outcome);
    series[{{"check", entry.step}}] = static_cast<double>(found - outcomes.begin());
  }
  return series;
}

}  // namespace

void ControllerMetrics::take_checks(const Journal& journal) {
  for (const auto& run : runs_that_move(journal)) {
    const auto entries = journal.entries(run.run_id);
    if (!entries) return;
    const auto checks = checks_of(*entries);
    if (checks.empty()) continue;
    replace("cutover_check_status", checks);
    return;
  }
}

void ControllerMetrics::take(const Journal& journal) {
  take_checks(journal);
  const auto runs = runs_that_move(journal);
  std::map<std::string, double> outcomes;
  // The newest may still be running.
  for (const auto& run : runs) {
    const bool may_run = &run == &runs.front() && !run.outcome;
    if (!may_run) outcomes[run.outcome.value_or("died")] += 1;
  }
  for (const auto& [outcome, times] : outcomes)
    count_up_to("cutover_runs_total", {{"outcome", outcome}}, times);
  const auto ended = std::find_if(runs.begin(), runs.end(),
                                  [](const auto& run) { return run.outcome && run.ended_at; });
  if (ended == runs.end()) return;
  replace("cutover_last_run_outcome", {{{{"outcome", *ended->outcome}}, 1}});
  set("cutover_last_run_timestamp_seconds", {}, unix_time_of(*ended->ended_at));
  if (ended->pause_seconds) set("cutover_last_pause_seconds", {}, *ended->pause_seconds);
  const auto entries = journal.entries(ended->run_id);
  for (std::size_t i = 0; entries && i < entries->size(); ++i) take_entry(*this, (*entries)[i]);
}

}  // namespace cutover
