#include "controller/metrics/metric_catalogue.h"

#include <array>

namespace cutover {
namespace {

using enum MetricKind;

constexpr std::array<MetricRow, 30> catalogue = {{
    {"cutover_build_info", gauge, "version", "1, with the version of the controller as a label"},
    {"cutover_phase", gauge, "phase", "1 for the step that runs; `idle` between runs"},
    {"cutover_step_seconds", gauge, "step", "how long the step took last"},
    {"cutover_step_timestamp_seconds", gauge, "step", "when the step ended last"},
    {"cutover_pause_started_timestamp_seconds", gauge, "", "when clients last began to wait"},
    {"cutover_pause_ended_timestamp_seconds", gauge, "",
     "when clients last went on; before the start while they wait"},
    {"cutover_decided_timestamp_seconds", gauge, "database",
     "when the decision was taken; 0 when there is none"},
    {"cutover_last_pause_seconds", gauge, "", "how long clients waited in the last run"},
    {"cutover_last_run_timestamp_seconds", gauge, "", "when the last run ended"},
    {"cutover_last_run_outcome", gauge, "outcome", "1 for the outcome of the last run"},
    {"cutover_runs_total", counter, "outcome",
     "runs in the journal, by outcome; `died` has none written"},
    {"cutover_check_status", gauge, "check",
     "of the last look: 0 pass, 1 skipped, 2 waived, 3 warn, 4 fail"},
    {"cutover_looked_timestamp_seconds", gauge, "",
     "when the watch, or a run, last looked at servers and agents; not in the textfile of a "
     "command"},
    {"cutover_server_up", gauge, "side, database", "1 when the server answers"},
    {"cutover_agent_up", gauge, "bouncer", "1 when the agent answers"},
    {"cutover_bouncer_serves", gauge, "bouncer, side",
     "1 for the side that every entry of the bouncer leads to; `neither` when they differ"},
    {"cutover_bouncer_clients_waiting", gauge, "bouncer",
     "clients that wait for a server, as the agent sees it"},
    {"cutover_clients", gauge, "side, database", "client sessions, ours left out"},
    {"cutover_transactions_total", counter, "side, database",
     "transactions that ended, also those rolled back"},
    {"cutover_rollbacks_total", counter, "side, database",
     "transactions rolled back; on a fenced blue, what the fence refused is among them"},
    {"cutover_rows_written_total", counter, "side, database",
     "rows inserted, updated and deleted in user tables, replicated ones too, temporary ones not"},
    {"cutover_lag_bytes", gauge, "database, subscription, direction",
     "WAL that the subscriber has not applied"},
    {"cutover_apply_latency_seconds", gauge, "database, subscription, direction",
     "from commit on the publisher to its confirmation; 0 when nothing is under way"},
    {"cutover_retained_wal_bytes", gauge, "slot", "WAL kept for the slot"},
    {"cutover_slot_active", gauge, "slot", "1 while a walsender serves the slot"},
    {"cutover_apply_errors_total", counter, "subscription",
     "errors of the apply worker (PostgreSQL 15 and later)"},
    {"cutover_fenced", gauge, "database",
     "1 while the fence is up on blue, or was when blue last answered; absent where blue has none"},
    {"cutover_unanalyzed_tables", gauge, "database",
     "tables of green that have rows and no statistics"},
    {"cutover_sequences_behind", gauge, "database", "sequences of green that are behind blue's"},
    {"cutover_way_back_open", gauge, "database",
     "1 while green serves every subscription of the way back; absent while green is down, and "
     "where nothing of a way back is left"},
}};

}  // namespace

MetricCatalogue controller_metric_catalogue() {
  return catalogue;
}

}  // namespace cutover
