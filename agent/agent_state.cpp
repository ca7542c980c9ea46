// What goes with every reply: the record, and what each PgBouncer says of itself at this moment
// (left out after a switch).
#include "agent/agent.h"
#include "common/async/gather.h"
#include "common/async/within.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds look_limit{1000};
constexpr std::chrono::milliseconds metrics_interval{15'000};
constexpr std::chrono::milliseconds shortest_interval{500};

void put_entry(const ConsoleRow& row, proto::ProcessState* state) {
  proto::EntryRoute* const entry = state->add_entries();
  entry->set_entry(text_of(row, "name"));
  entry->set_host(text_of(row, "host"));
  entry->set_port(text_of(row, "port"));
  entry->set_dbname(text_of(row, "database"));
}

void put_sight(const Sight& sight, bool is_armed, proto::ProcessState* state) {
  state->set_reachable(true);
  state->set_paused(is_armed ? sight.is_paused() : sight.any_paused);
  state->set_drained(sight.is_drained());
  for (const ConsoleRow& row : sight.entries) put_entry(row, state);
  state->set_clients_waiting(sight.pools.clients_waiting);
  state->set_servers_open(sight.pools.servers_open);
}

}  // namespace

double unix_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

Task<proto::ProcessState> Agent::process_state(Bouncer& bouncer) {
  proto::ProcessState state;
  state.set_pgbouncer(bouncer.name());
  const Moves moves = moves_of(bouncer);
  auto looking = look_at(bouncer.console(), moves);
  const auto sight = co_await within(look_limit, std::move(looking));
  if (!sight || sight->has_error()) co_return state;
  put_sight(sight->value(), !moves.empty(), &state);
  if (record_.phase != Phase::switched) co_return state;
  const auto elsewhere = co_await count_servers_elsewhere(bouncer.console(), moves);
  if (elsewhere.has_value()) state.set_servers_elsewhere(elsewhere.value());
  co_return state;
}

std::chrono::microseconds Agent::time_paused() const {
  return std::chrono::ceil<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                      *pause_started_);
}

Task<void> Agent::fill_state(proto::AgentState* state, bool with_processes) {
  std::vector<Task<proto::ProcessState>> looking;
  if (with_processes)
    for (Bouncer* const bouncer : involved()) looking.push_back(process_state(*bouncer));
  const auto processes = co_await gather(std::move(looking));
  state->set_run_id(record_.claim.run_id);
  state->set_epoch(record_.claim.epoch);
  state->set_phase(static_cast<proto::AgentPhase>(record_.phase));
  state->set_intent(has_intent(record_.phase));
  state->set_switched(record_.phase == Phase::switched);
  if (record_.phase == Phase::paused && record_.lease)
    state->set_lease_left_ms(
        static_cast<std::uint64_t>(time_left(*record_.lease, clock_.now()).count()));
  if (record_.phase == Phase::paused && pause_started_)
    state->set_paused_for_us(static_cast<std::uint64_t>(time_paused().count()));
  state->set_lease_expiries(record_.lease_expiries);
  for (const auto& process : processes) *state->add_processes() = process;
  changed_.raise();
}

void Agent::update_metrics() {
  const double lease_left =
      record_.phase == Phase::paused && record_.lease
          ? std::chrono::duration<double>(time_left(*record_.lease, clock_.now())).count()
          : 0;
  metrics_.set("cutover_lease_expires_timestamp_seconds", {},
               lease_left > 0 ? unix_now() + lease_left : 0);
  for (const auto& bouncer : bouncers_)
    metrics_.count_up_to("cutover_console_errors_total", {{"pgbouncer", bouncer->name()}},
                         static_cast<double>(bouncer->console().errors()));
  metrics_.replace("cutover_agent_phase", {{{{"phase", name_of(record_.phase)}}, 1}});
  metrics_.set("cutover_agent_epoch", {}, static_cast<double>(record_.claim.epoch));
}

Task<void> Agent::look_at_entries() {
  std::map<Metrics::Labels, double> targets;
  std::map<Metrics::Labels, double> paused;
  for (const auto& bouncer : bouncers_) {
    const auto databases = co_await bouncer->console().ask("SHOW DATABASES");
    if (databases.has_error()) continue;
    const auto pools = co_await bouncer->console().ask("SHOW POOLS");
    if (pools.has_value()) {
      double waiting = 0;
      for (const ConsoleRow& row : pools.value().rows) waiting += number_of(row, "cl_waiting");
      metrics_.set("cutover_clients_waiting", {{"pgbouncer", bouncer->name()}}, waiting);
    }
    const bool holds = record_.phase == Phase::paused || record_.phase == Phase::switching;
    // Not while clients are held: files of thousands of entries take their time.
    if (!holds) {
      const std::string drift = bouncer->drift(databases.value().rows);
      metrics_.set("cutover_config_drift", {{"pgbouncer", bouncer->name()}}, drift.empty() ? 0 : 1);
    }
    const Moves moves = moves_of(*bouncer);
    const MovedEntries moved(moves, databases.value().rows);
    for (const ConsoleRow& row : databases.value().rows) {
      const std::string entry = text_of(row, "name");
      if (entry == "pgbouncer") continue;
      Metrics::Labels labels = {{"pgbouncer", bouncer->name()}, {"entry", entry}};
      const bool held = holds && !moves.empty() && moved.contains(entry);
      paused[labels] = held || text_of(row, "paused") == "1" ? 1 : 0;
      labels["target"] = to_text(Route{text_of(row, "host"), text_of(row, "port")});
      targets[labels] = 1;
    }
  }
  metrics_.replace("cutover_entry_target", targets);
  metrics_.replace("cutover_entry_paused", paused);
}

/// From 1.23 on a PgBouncer that is told to stop waits for every client, and our lines are some.
void Agent::hang_up_while_idle() {
  if (record_.phase != Phase::idle) return;
  for (const auto& bouncer : bouncers_)
    if (is_version_at_least(bouncer->console().version(), 1, 23)) bouncer->console().hang_up();
}

Task<void> Agent::metrics_loop() {
  while (true) {
    co_await look_at_entries();
    hang_up_while_idle();
    update_metrics();
    auto change = changed_.raised();
    const bool woken = co_await within(metrics_interval, std::move(change));
    if (woken) co_await sleep_for(shortest_interval);
    changed_ = StopSign(executor_);
  }
}

}  // namespace cutover::agent
