#include "agent/metric_catalogue.h"

#include <array>

namespace cutover::agent {
namespace {

using enum MetricKind;

constexpr std::array<MetricRow, 14> catalogue = {{
    {"cutover_agent_build_info", gauge, "version", "1, with the version of the agent as a label"},
    {"cutover_entry_target", gauge, "pgbouncer, entry, target",
     "1 for the host:port that an entry leads to"},
    {"cutover_entry_paused", gauge, "pgbouncer, entry", "1 while the clients of an entry are held"},
    {"cutover_clients_waiting", gauge, "pgbouncer", "clients that wait for a server, all pools"},
    {"cutover_pause_seconds", histogram, "", "how long pauses lasted, from PAUSE sent to resumed"},
    {"cutover_pause_started_timestamp_seconds", gauge, "",
     "when the last pause began; 0 when there was none"},
    {"cutover_pause_ended_timestamp_seconds", gauge, "",
     "when the last pause ended; before its start while it is held"},
    {"cutover_lease_expires_timestamp_seconds", gauge, "",
     "when the pause ends without word from the controller; 0 when there is none"},
    {"cutover_resumes_total", counter, "reason",
     "pauses that ended, by reason: switch, abort or lease"},
    {"cutover_console_errors_total", counter, "pgbouncer", "failures to reach an admin console"},
    {"cutover_config_drift", gauge, "pgbouncer",
     "1 when PgBouncer runs other entries than its files say"},
    {"cutover_agent_phase", gauge, "phase", "1 for the phase of the claim that the agent is in"},
    {"cutover_agent_epoch", gauge, "", "the newest epoch that claimed this agent"},
    {"cutover_phase", gauge, "phase", "1 for the phase that the controller reported last"},
}};

}  // namespace

MetricCatalogue metric_catalogue() {
  return catalogue;
}

}  // namespace cutover::agent
