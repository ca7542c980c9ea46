#include "tests/integration/servers/server_pair.h"

#include "common/async/within.h"
#include "controller/cutover/gate.h"
#include "controller/runbook/prepare.h"
#include "controller/runbook/subscribe.h"
#include "tests/support/eventually.h"

namespace cutover {
namespace {

using support::Durability;
using support::PostgresServer;
using support::SqlSession;

PostgresServer server(int major, const std::string& cluster,
                      std::vector<std::pair<std::string, std::string>> settings) {
  settings.emplace_back("max_prepared_transactions", "10");
  support::PostgresOptions options;
  options.major = major;
  options.cluster = cluster;
  options.durability = Durability::fast;
  options.settings = std::move(settings);
  return PostgresServer(options);
}

DatabaseConfig database_of(const ServerPair& pair, int number, int subscriptions) {
  DatabaseConfig config;
  config.name = "app" + std::to_string(number);
  config.blue = pair.blue.conninfo(config.name);
  config.green = pair.green.conninfo(config.name);
  config.replicate_from = config.blue;
  config.replicate_back = config.green;
  for (int i = 0; i < subscriptions; ++i) {
    const auto name = "cutover_" + std::to_string(number) + "_" + std::to_string(i);
    config.subscriptions.push_back({name, name, name});
  }
  return config;
}

void create_database(const PostgresServer& server, const std::string& name,
                     const std::string& ddl) {
  server.sql("CREATE DATABASE " + name);
  server.sql("CREATE TABLE item (id bigserial PRIMARY KEY, note text);" + ddl +
                 ";GRANT ALL ON ALL TABLES IN SCHEMA public TO app;"
                 "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO app;",
             name);
}

void must_be_done(const std::vector<PhaseReport>& reports) {
  for (const auto& report : reports)
    if (!report.outcome.is_done())
      throw std::runtime_error(report.name + ": " + told(report.outcome));
}

PhaseOptions quick() {
  PhaseOptions options;
  options.look_interval = std::chrono::milliseconds(20);
  return options;
}

}  // namespace

std::string told(const Outcome& outcome) {
  return std::string(name_of(outcome.kind)) + ": " + outcome.detail + " / " + outcome.hint;
}

ServerPair::ServerPair(PairOptions options)
    : blue(server(options.blue_major, "blue", options.blue_settings)),
      green(server(options.green_major, "green", {})) {
  for (const auto* side : {&blue, &green}) side->sql("CREATE ROLE app LOGIN");
  for (int number = 0; number < options.databases; ++number) {
    databases.push_back(database_of(*this, number, options.subscriptions));
    for (const auto* side : {&blue, &green})
      create_database(*side, databases.back().name, options.ddl);
  }
}

void ServerPair::prepare() {
  for (const auto& database : databases) {
    const PhaseSight sight(database, quick());
    must_be_done(run(run_phase_checks(prepare_checks(), sight)));
    PhaseServers servers(database, quick());
    must_be_done(run(run_phase_steps(prepare_steps(), servers)));
  }
}

void ServerPair::subscribe() {
  for (const auto& database : databases) {
    const PhaseSight sight(database, quick());
    must_be_done(run(run_phase_checks(subscribe_checks(), sight)));
    PhaseServers servers(database, quick());
    must_be_done(run(run_phase_steps(subscribe_steps(), servers)));
  }
}

std::unique_ptr<ServerFleet> ServerPair::fleet(const std::string& run_id) {
  FleetOptions options;
  options.run_id = run_id;
  auto made = std::make_unique<ServerFleet>(forward_sides(databases), options);
  const auto errors = run(made->connect());
  if (!errors.empty()) throw std::runtime_error(to_text(errors.front()));
  const auto remembered = run(made->remember_schema());
  if (!remembered.is_done()) throw std::runtime_error(told(remembered));
  return made;
}

std::unique_ptr<ServerFleet> ServerPair::armed_fleet(const std::string& run_id) {
  prepare();
  subscribe();
  auto made = fleet(run_id);
  const auto claim = run(made->claim_blue());
  if (!claim) throw std::runtime_error(to_text(claim.error()));
  const auto installed = run(made->install_triggers());
  if (!installed.is_done()) throw std::runtime_error(told(installed));
  return made;
}

void ServerPair::wait_for_gate(ServerFleet& fleet, const Mark& mark) {
  std::string why = "never looked";
  const bool open = support::eventually(std::chrono::seconds(20), [&] {
    const auto sights = run(fleet.look_at_gate(mark));
    if (!sights) throw std::runtime_error(to_text(sights.error()));
    const auto verdict = judge_gate(mark, *sights);
    why = verdict.why_not;
    return verdict.open;
  });
  if (!open) throw std::runtime_error("the gate stays closed: " + why);
}

void ServerPair::pass_first_gate(ServerFleet& fleet) {
  const auto held = run(fleet.hold_writers(milliseconds(20'000)));
  if (!held.is_done()) throw std::runtime_error(told(held));
  const auto mark = run(fleet.set_mark());
  if (!mark) throw std::runtime_error(to_text(mark.error()));
  wait_for_gate(fleet, *mark);
}

SqlSession ServerPair::client(const std::string& options, const std::string& database) {
  auto conninfo = blue.conninfo(database, "app");
  if (!options.empty()) conninfo += " options='" + options + "'";
  return SqlSession(conninfo);
}

SqlSession ServerPair::on_blue(const std::string& database) {
  return SqlSession(blue.conninfo(database));
}

SqlSession ServerPair::on_green(const std::string& database) {
  return SqlSession(green.conninfo(database));
}

Task<Outcome> ended_within(std::chrono::milliseconds limit, Task<Outcome> act) {
  const auto outcome = co_await within(limit, std::move(act));
  co_return outcome.value_or(in_doubt("no answer"));
}

Task<bool> is_durable_within(ServerFleet& fleet, std::chrono::milliseconds limit) {
  auto writing = fleet.make_green_durable();
  const auto position = co_await within(limit, std::move(writing));
  co_return position && position->has_value();
}

}  // namespace cutover
