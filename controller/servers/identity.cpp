// Whether blue and green are still the servers and timelines they were: declared in
// mark_and_gate.h.
#include <fmt/format.h>

#include "common/async/gather.h"
#include "controller/servers/mark_and_gate.h"
#include "controller/servers/prepared.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::Rows;

// The timeline of the control file lags behind a promotion; that of the WAL file being written does
// not. A standby writes none: no position, and so no timeline.
constexpr const char* identity_sql = R"(
SELECT (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
       CASE WHEN NOT pg_is_in_recovery()
            THEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END AS timeline)";

constexpr const char* slots_sql = R"(
SELECT slot_name, confirmed_flush_lsn FROM pg_replication_slots
WHERE database = current_database() AND slot_type = 'logical' AND slot_name IN ({})
ORDER BY slot_name)";

struct Seen {
  ServerIdentity blue;
  ServerIdentity green;
  std::vector<std::pair<std::string, Lsn>> slots;
};

ServerIdentity identity_of(const Rows& rows) {
  return {rows.text(0, "system_identifier"), rows.text(0, "timeline")};
}

Task<Result<Seen>> look(DatabaseServers& servers) {
  const auto slots_of_blue = fmt::format(slots_sql, list_of_literals(servers.slots()));
  std::vector<Task<ScriptAnswer>> looks;
  looks.push_back(servers.watcher.script(identity_sql + (";" + slots_of_blue)));
  looks.push_back(servers.green_watcher.script(identity_sql));
  const auto answers = co_await gather(std::move(looks));
  for (const auto& answer : answers)
    if (!answer) co_return Error(answer.error());
  Seen seen{identity_of(answers[0]->front()), identity_of(answers[1]->front()), {}};
  const Rows& slots = answers[0]->back();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto confirmed = parse_lsn(slots.text(i, "confirmed_flush_lsn"));
    seen.slots.emplace_back(slots.text(i, "slot_name"), confirmed ? *confirmed : Lsn{});
  }
  co_return seen;
}

Outcome same_server(const std::string& place, const ServerIdentity& was, const ServerIdentity& is) {
  if (is.timeline.empty()) return refused(place + ": it is a standby now");
  if (was == is) return done();
  return refused(
      fmt::format("{}: it was system {} on timeline {} and is system {} on timeline {}", place,
                  was.system_identifier, was.timeline, is.system_identifier, is.timeline),
      "a failover took place: run `cutover status`, then prepare and subscribe anew");
}

/// A slot's confirmed position never moves back.
Outcome same_slots(const DatabaseServers& servers, const Seen& now) {
  if (servers.slots_seen.size() != servers.sides.subscriptions.size())
    return refused(fmt::format("{}: {} of {} slots existed at the claim", servers.blue_place(),
                               servers.slots_seen.size(), servers.sides.subscriptions.size()),
                   "run `cutover prepare` and `cutover subscribe`");
  for (const auto& [name, position] : servers.slots_seen) {
    bool found = false;
    for (const auto& [other, confirmed] : now.slots)
      found = found || (other == name && confirmed >= position);
    if (!found)
      return refused(
          fmt::format("{}: slot {} is gone or was made anew", servers.blue_place(), name),
          "changes were lost: `cutover verify` both sides, then subscribe anew");
  }
  return done();
}

}  // namespace

Task<std::optional<Error>> remember_servers(DatabaseServers& servers) {
  auto seen = co_await look(servers);
  if (!seen) co_return seen.error();
  servers.blue_seen = seen->blue;
  servers.green_seen = seen->green;
  servers.slots_seen = seen->slots;
  co_return std::nullopt;
}

Task<Outcome> servers_are_as_remembered(DatabaseServers& servers) {
  const auto now = co_await look(servers);
  if (!now) co_return in_doubt(now.error());
  if (servers.blue_seen.system_identifier.empty())
    co_return refused(servers.blue_place() + ": nothing was remembered to compare with");
  auto outcome = same_server(servers.blue_place(), servers.blue_seen, now->blue);
  if (outcome.is_done())
    outcome = same_server(servers.green_place(), servers.green_seen, now->green);
  if (outcome.is_done()) outcome = same_slots(servers, *now);
  co_return outcome;
}

}  // namespace cutover
