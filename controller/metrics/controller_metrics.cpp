#include "controller/metrics/controller_metrics.h"

#include "common/base/version.h"
#include "controller/cutover/execute.h"
#include "controller/metrics/metric_catalogue.h"

namespace cutover {
namespace {

using Labels = MetricPage::Labels;

double value_of(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::pass:
      return 0;
    case CheckOutcome::skipped:
      return 1;
    case CheckOutcome::waived:
      return 2;
    case CheckOutcome::warn:
      return 3;
    case CheckOutcome::fail:
      return 4;
  }
  return 4;
}

const char* name_of(Direction direction) {
  return direction == Direction::forward ? "forward" : "back";
}

double in_seconds(std::chrono::microseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

/// What an event of a run changes on the page.
struct Telling {
  MetricPage& page;

  void phase(const std::string& name) const {
    page.replace("cutover_phase", {{{{"phase", name}}, 1}});
  }

  void operator()(const RunBegan& event) const { phase(event.plan); }
  void operator()(const AttemptBegan&) const {}
  void operator()(const StepBegan& event) const {
    phase(event.is_undo ? "undo " + event.step : event.step);
  }
  void operator()(const StepEnded& event) const {
    if (event.is_undo) return;
    page.set("cutover_step_seconds", {{"step", event.step}}, in_seconds(event.took));
    page.set("cutover_step_timestamp_seconds", {{"step", event.step}}, unix_now());
  }
  void operator()(const PauseBegan&) const {
    page.set("cutover_pause_started_timestamp_seconds", {}, unix_now());
  }
  void operator()(const PauseEnded& event) const {
    page.set("cutover_pause_ended_timestamp_seconds", {}, unix_now());
    page.set("cutover_last_pause_seconds", {}, in_seconds(event.held));
  }
  void operator()(const AttemptFailed&) const { phase("back off"); }
  void operator()(const RunEnded& event) const {
    const std::string outcome = name_of(event.outcome);
    phase(idle_phase);
    page.replace("cutover_last_run_outcome", {{{{"outcome", outcome}}, 1}});
    page.set("cutover_last_run_timestamp_seconds", {}, unix_now());
  }
};

}  // namespace

ControllerMetrics::ControllerMetrics() : MetricPage(controller_metric_catalogue()) {
  set("cutover_build_info", {{"version", program_version}}, 1);
  set("cutover_phase", {{"phase", idle_phase}}, 1);
  for (const char* outcome : {"done", "refused", "aborted", "in_doubt", "attention", "died"})
    count("cutover_runs_total", {{"outcome", outcome}}, 0);
}

void ControllerMetrics::take(const Event& event) {
  std::visit(Telling{*this}, event);
}

void ControllerMetrics::take(const std::vector<CheckReport>& checks) {
  std::map<Labels, double> series;
  for (const auto& check : checks)
    series[{{"check", check.name}}] = value_of(check.finding.outcome);
  replace("cutover_check_status", series);
}

void ControllerMetrics::take_side(const DatabaseLook& database, const SideLook& look,
                                  const char* side, SeriesByName& slots) {
  const Labels labels = {{"side", side}, {"database", database.name}};
  set("cutover_server_up", labels, look.is_up() ? 1 : 0);
  if (!look.is_up()) return;
  set("cutover_clients", labels, look.clients);
  count_up_to("cutover_transactions_total", labels, look.transactions);
  count_up_to("cutover_rollbacks_total", labels, look.rollbacks);
  count_up_to("cutover_rows_written_total", labels, look.rows_by_table);
  for (const auto& [subscription, errors] : look.apply_errors)
    apply_errors_[subscription][database.name + "\n" + side] = errors;
  for (const auto& slot : look.slots) {
    const Labels of_slot = {{"slot", slot.slot}};
    const Labels replication = {{"database", database.name},
                                {"subscription", slot.subscription},
                                {"direction", name_of(slot.direction)}};
    slots["cutover_slot_active"][of_slot] = slot.active ? 1 : 0;
    if (slot.retained_bytes) slots["cutover_retained_wal_bytes"][of_slot] = *slot.retained_bytes;
    if (!slot.ours) continue;
    if (slot.lag_bytes) slots["cutover_lag_bytes"][replication] = *slot.lag_bytes;
    slots["cutover_apply_latency_seconds"][replication] = slot.latency_seconds;
  }
}

/// A server that is down has forgotten none of those it told last.
void ControllerMetrics::take_apply_errors() {
  for (const auto& [subscription, errors] : apply_errors_)
    count_up_to("cutover_apply_errors_total", {{"subscription", subscription}}, errors);
}

/// While blue is down its fence is what it was; where blue answers and has no row there is none,
/// as after `finish --lift-fence`.
void ControllerMetrics::take_fence(const DatabaseLook& database) {
  const Labels labels = {{"database", database.name}};
  if (!database.fenced) {
    if (database.blue.is_up()) fenced_.erase(labels);
    return;
  }
  fenced_[labels] = *database.fenced ? 1 : 0;
  set("cutover_decided_timestamp_seconds", labels, database.decided_at);
}

void ControllerMetrics::take_bouncers(const FleetLook& look) {
  std::map<Labels, double> serves;
  for (const auto& bouncer : look.bouncers) {
    const bool is_up = bouncer.error.empty();
    set("cutover_agent_up", {{"bouncer", bouncer.name}}, is_up ? 1 : 0);
    if (!is_up) continue;
    serves[{{"bouncer", bouncer.name}, {"side", bouncer.serves}}] = 1;
    set("cutover_bouncer_clients_waiting", {{"bouncer", bouncer.name}}, bouncer.clients_waiting);
  }
  replace("cutover_bouncer_serves", serves);
}

/// Sequences are behind until the pause sets them: what was seen before the fence says nothing of
/// the time after it, and is told no more until a look has read them again.
void ControllerMetrics::take_sequences(const FleetLook& look) {
  for (const auto& database : look.databases) {
    const Labels labels = {{"database", database.name}};
    const auto known = fenced_.find(labels);
    const bool fenced = known != fenced_.end() && known->second == 1;
    if (fenced != fenced_at_last_look_[database.name]) behind_.erase(labels);
    fenced_at_last_look_[database.name] = fenced;
    if (!database.green.unanalyzed_tables) continue;
    if (const auto behind = database.sequences_behind()) behind_[labels] = *behind;
  }
  replace("cutover_sequences_behind", behind_);
}

void ControllerMetrics::take(const FleetLook& look) {
  SeriesByName slots;
  std::map<Labels, double> open;
  for (const auto& database : look.databases) {
    const Labels labels = {{"database", database.name}};
    take_side(database, database.blue, "blue", slots);
    take_side(database, database.green, "green", slots);
    take_fence(database);
    if (const auto known = database.way_back_open()) open[labels] = *known ? 1 : 0;
    if (database.green.unanalyzed_tables)
      set("cutover_unanalyzed_tables", labels, *database.green.unanalyzed_tables);
  }
  // In one step, so that no scrape falls between: a slot that was dropped is told no more.
  for (const char* name : {"cutover_slot_active", "cutover_retained_wal_bytes", "cutover_lag_bytes",
                           "cutover_apply_latency_seconds"})
    replace(name, slots[name]);
  replace("cutover_way_back_open", open);
  replace("cutover_fenced", fenced_);
  take_apply_errors();
  take_bouncers(look);
  take_sequences(look);
  set("cutover_looked_timestamp_seconds", {}, look.taken_at);
}

}  // namespace cutover
