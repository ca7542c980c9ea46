// Before the pause: what blue will follow green by is made, disabled. Declared in way_back.h; the
// opening is in way_back_opening.cpp.
#include <fmt/format.h>

#include "controller/servers/publication_sql.h"
#include "controller/servers/schema.h"
#include "controller/servers/secret_statement.h"
#include "controller/servers/subscription_state.h"
#include "controller/servers/way_back.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr int first_version_with_roots = 130000;
constexpr int first_version_with_origins = 160000;

// A row of the catalogue as JSON: pubviaroot came with 13.
constexpr const char* blues_tables_sql = R"(
SELECT p.schemaname, p.tablename,
       coalesce((to_jsonb(b) ->> 'pubviaroot')::boolean, false) AS via_root
FROM pg_publication AS b JOIN pg_publication_tables AS p USING (pubname)
WHERE b.pubname = {} ORDER BY 1, 2)";

constexpr const char* armed_sql = R"(
SELECT (SELECT count(*) FROM pg_publication WHERE pubname IN ({0})) AS publications,
       (SELECT count(*) FROM pg_replication_slots
        WHERE slot_name IN ({1}) AND database = current_database()) AS slots)";

Outcome in_use(const DatabaseServers& servers, const std::string& subscription) {
  return refused(
      fmt::format("{}: subscription {} is enabled: {} follows {} already", servers.blue_place(),
                  subscription, servers.sides.blue_colour, servers.sides.green_colour),
      "run `cutover status`; when that way is not wanted, disable and drop it by hand");
}

/// A run that was overtaken must not take away what its recovery is about to open.
Task<Outcome> epoch_is_ours(DatabaseServers& servers, Claim claim) {
  const auto row = co_await servers.watcher.query(
      fmt::format("SELECT FROM cutover.run WHERE side = {} AND epoch <= {}",
                  quote_literal(servers.sides.blue_colour), claim.epoch));
  if (!row) co_return outcome_of(row.error());
  co_return row->empty() ? refused(servers.blue_place() + ": the epoch belongs to another run")
                         : done();
}

Task<Outcome> drop_on_blue(DatabaseServers& servers) {
  const auto states = co_await look_at_subscriptions_of(servers.watcher, servers.sides.way_back);
  if (!states) co_return in_doubt(states.error());
  for (const auto& [name, state] : *states) {
    if (state.enabled) co_return in_use(servers, name);
    const auto dropped = co_await drop_subscription(servers.watcher, name);
    if (!dropped.is_done()) co_return dropped;
  }
  co_return done();
}

Task<Outcome> drop_on_green(DatabaseServers& servers) {
  for (const auto& each : servers.sides.way_back) {
    const auto slot = co_await drop_slot(servers.green_watcher, each.slot);
    if (!slot.is_done()) co_return slot;
    if (servers.sides.keeps_publications) continue;
    const auto publication = co_await servers.green_watcher.query(
        "DROP PUBLICATION IF EXISTS " + quote_identifier(each.publication));
    if (!publication) co_return outcome_of(publication.error());
  }
  co_return done();
}

/// The tables that green gets from blue, one by one: what exists on green alone cannot go to blue.
std::string publication_sql(const std::string& name, const postgres::Rows& tables, int version) {
  std::string list;
  for (std::size_t i = 0; i < tables.size(); ++i)
    list += (i == 0 ? "" : ", ") +
            quoted_name(tables.text(i, "schemaname"), tables.text(i, "tablename"));
  const bool via_root = tables.text(0, "via_root") == "t" && version >= first_version_with_roots;
  return "CREATE PUBLICATION " + quote_identifier(name) + " FOR TABLE " + list +
         (via_root ? " WITH (publish_via_partition_root = true)" : "");
}

Task<Outcome> create_publication(DatabaseServers& servers, std::size_t number) {
  const auto name = servers.sides.way_back[number].publication;
  const auto there = co_await servers.green_watcher.query(
      "SELECT FROM pg_publication WHERE pubname = " + quote_literal(name));
  if (!there) co_return outcome_of(there.error());
  if (!there->empty()) co_return done();
  const auto blues = quote_literal(servers.sides.subscriptions[number].publication);
  const auto tables = co_await servers.watcher.query(fmt::format(blues_tables_sql, blues));
  if (!tables) co_return outcome_of(tables.error());
  if (tables->empty())
    co_return refused(servers.blue_place() + ": publication " + blues + " has no table");
  const auto version = servers.green_watcher.server_version();
  const auto sql = patient_publication_sql(publication_sql(name, *tables, version));
  const auto made = co_await servers.green_watcher.script(sql);
  co_return made ? done() : outcome_of(made.error());
}

/// A slot that is older than its publication fails to decode for ever, so it comes after.
Task<Outcome> make_on_green(DatabaseServers& servers) {
  for (std::size_t i = 0; i < servers.sides.way_back.size(); ++i) {
    const auto published = co_await create_publication(servers, i);
    if (!published.is_done()) co_return published;
    const auto slot = quote_literal(servers.sides.way_back[i].slot);
    const auto made = co_await servers.green_watcher.query(
        "SELECT pg_create_logical_replication_slot(" + slot + ", 'pgoutput')");
    if (!made) co_return outcome_of(made.error());
  }
  co_return done();
}

std::string subscription_sql(const SubscriptionConfig& names, const std::string& conninfo,
                             bool may_leave_out_what_came_from_here) {
  return fmt::format(
      "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH (create_slot = false, "
      "slot_name = {}, copy_data = false, enabled = false{})",
      quote_identifier(names.subscription), quote_literal(conninfo),
      quote_identifier(names.publication), quote_literal(names.slot),
      may_leave_out_what_came_from_here ? ", origin = none" : "");
}

Task<Outcome> make_on_blue(DatabaseServers& servers) {
  const auto conninfo =
      conninfo_for_worker(servers.sides.replicate_back, servers.watcher.server_version());
  if (!conninfo) co_return refused(conninfo.error());
  const bool knows_origins = servers.watcher.server_version() >= first_version_with_origins &&
                             servers.green_watcher.server_version() >= first_version_with_origins;
  for (const auto& each : servers.sides.way_back) {
    const auto sql = subscription_sql(each, *conninfo, knows_origins);
    const auto made = co_await run_secretly(servers.watcher, sql);
    if (made) continue;
    co_return refused(made.error().what,
                      fmt::format("{} has to reach {} by replicate_back (in a rollback: the other "
                                  "way round, by replicate_from), with every published table",
                                  servers.sides.blue_colour, servers.sides.green_colour));
  }
  co_return done();
}

Task<Outcome> guard_own_rows(DatabaseServers& servers) {
  const auto on_blue =
      co_await servers.watcher.script(own_row_guard_sql(servers.sides.blue_colour));
  if (!on_blue) co_return outcome_of(on_blue.error());
  const auto on_green =
      co_await servers.green_watcher.script(own_row_guard_sql(servers.sides.green_colour));
  co_return on_green ? done() : outcome_of(on_green.error());
}

std::vector<std::string> publication_names(const DatabaseServers& servers) {
  std::vector<std::string> names;
  for (const auto& each : servers.sides.way_back) names.push_back(each.publication);
  return names;
}

std::vector<std::string> slot_names(const DatabaseServers& servers) {
  std::vector<std::string> names;
  for (const auto& each : servers.sides.way_back) names.push_back(each.slot);
  return names;
}

using ArmingPart = Task<Outcome> (*)(DatabaseServers&);
constexpr ArmingPart arming_parts[] = {drop_on_blue, drop_on_green, guard_own_rows, make_on_green,
                                       make_on_blue};

}  // namespace

Task<Outcome> arm_way_back(DatabaseServers& servers, Claim claim) {
  if (servers.sides.way_back.empty()) co_return done();
  const auto ours = co_await epoch_is_ours(servers, std::move(claim));
  if (!ours.is_done()) co_return ours;
  for (const ArmingPart part : arming_parts) {
    const auto outcome = co_await part(servers);
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done();
}

Task<Outcome> disarm_way_back(DatabaseServers& servers, Claim claim) {
  if (servers.sides.way_back.empty()) co_return done();
  const auto ours = co_await epoch_is_ours(servers, std::move(claim));
  if (!ours.is_done()) co_return ours;
  const auto blue = co_await drop_on_blue(servers);
  if (!blue.is_done()) co_return blue;
  const auto unreachable = co_await servers.green_watcher.open();
  if (unreachable)
    co_return done(servers.green_place() + " cannot be reached: a slot of the way back may stay " +
                   "there and keep WAL until the next run");
  const auto green = co_await drop_on_green(servers);
  co_return green;
}

Task<Outcome> way_back_is_armed(DatabaseServers& servers) {
  if (servers.sides.way_back.empty()) co_return done();
  const auto wanted = servers.sides.way_back.size();
  const auto states = co_await look_at_subscriptions_of(servers.watcher, servers.sides.way_back);
  if (!states) co_return in_doubt(states.error());
  if (states->size() != wanted)
    co_return refused(fmt::format("{}: {} of {} subscriptions to {} exist", servers.blue_place(),
                                  states->size(), wanted, servers.sides.green_colour));
  const auto there = co_await servers.green_watcher.query(
      fmt::format(armed_sql, list_of_literals(publication_names(servers)),
                  list_of_literals(slot_names(servers))));
  if (!there) co_return in_doubt(Error(there.error()));
  if (there->text(0, "publications") == std::to_string(wanted) &&
      there->text(0, "slots") == std::to_string(wanted))
    co_return done();
  co_return refused(fmt::format("{}: {} publications and {} slots of {} for the way back exist",
                                servers.green_place(), there->text(0, "publications"),
                                there->text(0, "slots"), wanted));
}

}  // namespace cutover
