#include "controller/checks/open_context.h"

#include "common/async/gather.h"
#include "controller/checks/checked_bouncers.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/link/entry_moves.h"

namespace cutover {
namespace {

ServerOptions server_options(const Config& config, const DatabaseConfig& database,
                             const char* colour) {
  ServerOptions options;
  options.name = config.databases.size() > 1 ? database.name + "'s " + colour : colour;
  options.conninfo = std::string(colour) == "blue" ? database.blue : database.green;
  return options;
}

Task<std::vector<CheckedBouncer>> inspect_bouncers(const Config& config, BouncerFleet& fleet) {
  co_await fleet.connect();
  std::vector<CheckedBouncer> bouncers;
  const std::int64_t asked = unix_clock_us();
  const auto answers = co_await fleet.inspect();
  const std::int64_t answered = unix_clock_us();
  for (const BouncerConfig& bouncer : config.bouncers) {
    CheckedBouncer checked{.config = bouncer, .asked_unix_us = asked, .answered_unix_us = answered};
    for (const auto& each : answers)
      if (each.bouncer == bouncer.name) checked.inspection = each.answer;
    bouncers.push_back(std::move(checked));
  }
  co_return bouncers;
}

/// Bouncers whose entries are not known keep none: entries_claimed says why.
void set_moves(const Config& config, CheckedBouncers& bouncers, BouncerFleet& fleet) {
  std::map<std::string, std::vector<proto::EntryMove>> moves;
  for (CheckedBouncer& bouncer : bouncers.hosts) {
    if (!bouncer.inspection) continue;
    const auto plan = entry_moves(config, bouncer.config, *bouncer.inspection);
    if (plan)
      moves[bouncer.config.name] = plan->moves;
    else
      bouncer.preview = plan.error();
  }
  fleet.set_moves(std::move(moves));
}

/// Only where it is known what moves.
Task<void> preview_changes(CheckedBouncers& bouncers, const BouncerFleet& fleet) {
  const auto answers = co_await fleet.preview();
  for (CheckedBouncer& bouncer : bouncers.hosts) {
    if (fleet.moves_of(bouncer.config.name).empty()) continue;
    for (const auto& each : answers)
      if (each.bouncer == bouncer.config.name) bouncer.preview = each.answer;
  }
}

using ProbeResults = std::vector<Result<proto::ProbeResult>>;

Task<ProbeResults> probe_fleet(const BouncerFleet& fleet, std::vector<std::string> names,
                               ProbeQuestion question) {
  Probe probe;
  probe.to_green = question.to_green;
  probe.sql = std::move(question.sql);
  const auto answers = co_await fleet.probe(std::move(probe));
  ProbeResults results;
  for (const std::string& name : names) {
    results.emplace_back(Error{"it was not asked"});
    for (const auto& each : answers)
      if (each.bouncer == name) results.back() = each.answer;
  }
  co_return results;
}

ProbeBouncers prober(const Config& config, const BouncerFleet& fleet) {
  std::vector<std::string> names;
  for (const BouncerConfig& bouncer : config.bouncers) names.push_back(bouncer.name);
  return [&fleet, names](ProbeQuestion question) {
    return probe_fleet(fleet, names, std::move(question));
  };
}

Task<void> keep_servers(const Config& config, std::vector<CheckedDatabase>& databases) {
  databases = co_await open_servers(config);
}

Task<void> keep_bouncers(const Config& config, BouncerFleet& fleet,
                         std::vector<CheckedBouncer>& bouncers) {
  bouncers = co_await inspect_bouncers(config, fleet);
}

}  // namespace

Task<std::vector<CheckedDatabase>> open_servers(const Config& config) {
  std::vector<Task<ReadOnlyServer>> openings;
  for (const DatabaseConfig& database : config.databases)
    for (const char* colour : {"blue", "green"})
      openings.push_back(ReadOnlyServer::open(server_options(config, database, colour)));
  auto servers = co_await gather(std::move(openings));
  std::vector<CheckedDatabase> databases;
  for (std::size_t i = 0; i < config.databases.size(); ++i)
    databases.push_back(
        {config.databases[i], std::move(servers[2 * i]), std::move(servers[2 * i + 1])});
  co_return databases;
}

Task<CheckContext> open_check_context(Config config, BouncerFleet& fleet) {
  CheckContext context;
  context.config = std::move(config);
  auto bouncers = std::make_shared<CheckedBouncers>();
  std::vector<Task<void>> openings;
  openings.push_back(keep_servers(context.config, context.databases));
  openings.push_back(keep_bouncers(context.config, fleet, bouncers->hosts));
  co_await gather(std::move(openings));
  set_moves(context.config, *bouncers, fleet);
  co_await preview_changes(*bouncers, fleet);
  bouncers->probe = prober(context.config, fleet);
  context.bouncers = std::move(bouncers);
  co_return context;
}

}  // namespace cutover
