// The part of the page that outlives a run: declared in controller_metrics.h.
#include <ctime>

#include "controller/journal/journal.h"
#include "controller/metrics/controller_metrics.h"

namespace cutover {
namespace {

/// "2026-01-31T12:00:00.123Z" as Unix time; 0 when it is none.
double unix_time(const std::string& text) {
  std::tm parts = {};
  const char* const rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return 0;
  const double fraction = *rest == '.' ? std::strtod(rest, nullptr) : 0;
  return static_cast<double>(timegm(&parts)) + fraction;
}

void take_entry(MetricPage& page, const JournalEntry& entry) {
  const double at = unix_time(entry.at);
  if (entry.kind == "pause began") page.set("cutover_pause_started_timestamp_seconds", {}, at);
  if (entry.kind == "pause ended") page.set("cutover_pause_ended_timestamp_seconds", {}, at);
  if (entry.kind != "step ended" || !entry.seconds) return;
  page.set("cutover_step_seconds", {{"step", entry.step}}, *entry.seconds);
  page.set("cutover_step_timestamp_seconds", {{"step", entry.step}}, at);
}

}  // namespace

void ControllerMetrics::take(const Journal& journal) {
  const auto runs = journal.runs();
  if (!runs || runs->empty()) return;
  std::map<std::string, double> outcomes;
  // The newest may still be running.
  for (const auto& run : *runs) {
    const bool may_run = &run == &runs->front() && !run.outcome;
    if (!may_run) outcomes[run.outcome.value_or("died")] += 1;
  }
  for (const auto& [outcome, times] : outcomes)
    count_up_to("cutover_runs_total", {{"outcome", outcome}}, times);
  const JournalRun* ended = nullptr;
  for (const auto& run : *runs) {
    if (ended == nullptr && run.outcome && run.ended_at) ended = &run;
  }
  if (ended == nullptr) return;
  replace("cutover_last_run_outcome", {{{{"outcome", *ended->outcome}}, 1}});
  set("cutover_last_run_timestamp_seconds", {}, unix_time(*ended->ended_at));
  if (ended->pause_seconds) set("cutover_last_pause_seconds", {}, *ended->pause_seconds);
  const auto entries = journal.entries(ended->run_id);
  for (std::size_t i = 0; entries && i < entries->size(); ++i) take_entry(*this, (*entries)[i]);
}

}  // namespace cutover
