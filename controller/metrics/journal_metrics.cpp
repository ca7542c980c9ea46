// The part of the page that outlives a run: declared in controller_metrics.h.
#include <algorithm>
#include <array>

#include "common/base/utc_time.h"
#include "controller/journal/journal.h"
#include "controller/metrics/controller_metrics.h"

namespace cutover {
namespace {

void take_entry(MetricPage& page, const JournalEntry& entry) {
  if (entry.kind != "step ended" || !entry.seconds) return;
  page.set("cutover_step_seconds", {{"step", entry.step}}, *entry.seconds);
  page.set("cutover_step_timestamp_seconds", {{"step", entry.step}}, unix_time_of(entry.at));
}

/// As Unix time; 0: not yet.
struct PauseTimes {
  double began = 0;
  double ended = 0;
};

PauseTimes last_pause_in(const std::vector<JournalEntry>& entries) {
  PauseTimes pause;
  for (const auto& entry : entries) {
    if (entry.kind == "pause began") pause = {unix_time_of(entry.at), 0};
    if (entry.kind == "pause ended") pause.ended = unix_time_of(entry.at);
  }
  return pause;
}

/// Clients go on where it has brought every bouncer to one side.
bool is_recovery_that_went_through(const JournalRun& run) {
  return run.command == "recover" && (run.outcome == "done" || run.outcome == "attention");
}

/// Of the runs that ended, newest first. One in doubt has not ended its pause; the recovery after
/// it does, and knows of no pause of its own.
PauseTimes last_pause(const Journal& journal, const std::vector<JournalRun>& runs) {
  double recovered = 0;
  for (const auto& run : runs) {
    if (!run.outcome || !run.ended_at) continue;
    const auto entries = journal.entries(run.run_id);
    if (!entries) return {};
    auto pause = last_pause_in(*entries);
    if (pause.began > 0 && pause.ended == 0) pause.ended = recovered;
    if (pause.began > 0) return pause;
    if (is_recovery_that_went_through(run)) recovered = unix_time_of(*run.ended_at);
  }
  return {};
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
  const auto pause = last_pause(journal, runs);
  if (pause.began > 0) {
    set("cutover_pause_started_timestamp_seconds", {}, pause.began);
    set("cutover_pause_ended_timestamp_seconds", {}, pause.ended);
  }
  if (ended->pause_seconds) set("cutover_last_pause_seconds", {}, *ended->pause_seconds);
  const auto entries = journal.entries(ended->run_id);
  for (std::size_t i = 0; entries && i < entries->size(); ++i) take_entry(*this, (*entries)[i]);
}

}  // namespace cutover
