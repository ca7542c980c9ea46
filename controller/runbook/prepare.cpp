#include "controller/runbook/prepare.h"

#include <fmt/format.h>

#include <charconv>

#include "controller/runbook/publication_tables.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

Outcome failed(const postgres::Failure& failure) {
  return failure.lost ? in_doubt(failure) : refused(failure);
}

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// ── checks ──

Task<Outcome> look_at_wal_level(const PhaseSight& sight) {
  const auto rows = co_await sight.blue.query("SELECT current_setting('wal_level') AS level");
  if (!rows) co_return failed(rows.error());
  const auto level = rows->text(0, "level");
  if (level == "logical") co_return done("logical");
  co_return refused(sight.blue.place() + ": wal_level is " + level,
                    "set wal_level = logical (rds.logical_replication = 1 on RDS) and restart");
}

Task<Outcome> look_at_slot_room(const PhaseSight& sight) {
  std::vector<std::string> slots;
  for (const auto& each : sight.database.subscriptions) slots.push_back(each.slot);
  const auto rows = co_await sight.blue.query(fmt::format(
      "SELECT current_setting('max_replication_slots')::int - "
      "(SELECT count(*) FROM pg_replication_slots WHERE slot_name NOT IN ({0})) AS slots, "
      "current_setting('max_wal_senders')::int - "
      "(SELECT count(*) FROM pg_stat_replication) AS senders",
      list_of_literals(slots)));
  if (!rows) co_return failed(rows.error());
  // Initial table synchronisation takes two more at a time for each subscription.
  const auto wanted = static_cast<int>(slots.size());
  if (std::stoi(rows->text(0, "slots")) >= wanted + 2 &&
      std::stoi(rows->text(0, "senders")) >= wanted + 2)
    co_return done();
  co_return refused(
      fmt::format("{}: room for {} slots and {} walsenders, {} are wanted and 2 for "
                  "the initial copy",
                  sight.blue.place(), rows->text(0, "slots"), rows->text(0, "senders"), wanted),
      "raise max_replication_slots and max_wal_senders, and restart");
}

Task<Outcome> look_at_replica_identity(const PhaseSight& sight) {
  const auto rows = co_await sight.blue.query(tables_without_identity_sql());
  if (!rows) co_return failed(rows.error());
  if (rows->empty()) co_return done();
  std::string names;
  for (std::size_t i = 0; i < rows->size(); ++i)
    names += (i == 0 ? "" : ", ") + rows->text(i, "name");
  co_return refused(
      fmt::format("{}: tables without replica identity, on which UPDATE and DELETE would fail "
                  "once they are published: {}",
                  sight.blue.place(), names),
      "add a primary key, or ALTER TABLE … REPLICA IDENTITY USING INDEX a unique one");
}

// ── steps ──

Task<Outcome> create_own_schema(PhaseServers& servers) {
  const auto& subscriptions = servers.database.subscriptions;
  const auto answer = co_await servers.blue.script(own_schema_sql(subscriptions) +
                                                   own_rows_sql("blue", subscriptions));
  co_return answer ? done() : failed(answer.error());
}

Task<Result<bool>> exists(ServerSession& session, std::string sql) {
  const auto rows = co_await session.query(std::move(sql));
  if (!rows) co_return Error(rows.error());
  co_return !rows->empty();
}

Task<Outcome> create_publication(PhaseServers& servers, std::string publication,
                                 std::vector<std::string> tables) {
  const auto there = co_await exists(
      servers.blue, "SELECT FROM pg_publication WHERE pubname = " + quote_literal(publication));
  if (!there) co_return in_doubt(there.error());
  if (*there) co_return done();
  std::string list;
  for (const auto& table : tables) list += (list.empty() ? " FOR TABLE " : ", ") + table;
  if (list.empty()) list = " FOR ALL TABLES";
  const auto made =
      co_await servers.blue.query("CREATE PUBLICATION " + quote_identifier(publication) + list);
  co_return made ? done(tables.empty() ? "all tables" : fmt::format("{} tables", tables.size()))
                 : failed(made.error());
}

Task<Result<bool>> may_publish_all(PhaseServers& servers) {
  const auto rows =
      co_await servers.blue.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
  if (!rows) co_return Error(rows.error());
  const bool superuser = !rows->empty() && rows->text(0, "rolsuper") == "t";
  co_return superuser&& servers.database.subscriptions.size() == 1;
}

Task<Result<std::vector<SizedTable>>> tables_to_publish(PhaseServers& servers) {
  const auto opened = co_await servers.blue.open();
  if (opened) co_return *opened;
  const auto version = servers.blue.server_version();
  const auto rows = co_await servers.blue.query(publishable_tables_sql(version));
  if (!rows) co_return Error(rows.error());
  std::vector<SizedTable> tables;
  for (std::size_t i = 0; i < rows->size(); ++i)
    tables.push_back({quoted_name(rows->text(i, "nspname"), rows->text(i, "relname")),
                      number(rows->text(i, "bytes"))});
  co_return tables;
}

/// One publication of a superuser is FOR ALL TABLES and carries what is created later too; else
/// tables are spread, and each publication has its own marker.
Task<Outcome> create_publications(PhaseServers& servers) {
  const auto all = co_await may_publish_all(servers);
  if (!all) co_return in_doubt(all.error());
  const auto& subscriptions = servers.database.subscriptions;
  std::vector<std::vector<std::string>> lists(subscriptions.size());
  if (!*all) {
    auto tables = co_await tables_to_publish(servers);
    if (!tables) co_return in_doubt(tables.error());
    lists = spread(std::move(*tables), subscriptions.size());
    for (std::size_t i = 0; i < lists.size(); ++i)
      lists[i].push_back(marker_table(subscriptions[i].publication));
  }
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto outcome =
        co_await create_publication(servers, subscriptions[i].publication, lists[i]);
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done();
}

Task<Outcome> create_slot(PhaseServers& servers, std::string slot) {
  const auto rows = co_await servers.blue.query(
      "SELECT coalesce(plugin, 'none') AS plugin, coalesce(database, '') AS database, "
      "database = current_database() AND plugin = 'pgoutput' AS fits "
      "FROM pg_replication_slots WHERE slot_name = " +
      quote_literal(slot));
  if (!rows) co_return failed(rows.error());
  if (!rows->empty() && rows->text(0, "fits") == "t") co_return done();
  if (!rows->empty())
    co_return refused(
        fmt::format("{}: slot {} exists for plugin {} and database {}", servers.blue.place(), slot,
                    rows->text(0, "plugin"), rows->text(0, "database")),
        "drop it, or give this database another `slot` in cutover.toml");
  const auto made = co_await servers.blue.query("SELECT pg_create_logical_replication_slot(" +
                                                quote_literal(slot) + ", 'pgoutput')");
  co_return made ? done() : failed(made.error());
}

Task<Outcome> create_slots(PhaseServers& servers) {
  for (const auto& each : servers.database.subscriptions) {
    const auto outcome = co_await create_slot(servers, each.slot);
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done();
}

}  // namespace

std::vector<PhaseCheck> prepare_checks() {
  return {
      {"wal_level", "blue's WAL holds what logical decoding needs", look_at_wal_level},
      {"slots", "blue has room for the slots and their walsenders", look_at_slot_room},
      {"replica_identity", "every table to be published can have its rows told apart",
       look_at_replica_identity},
  };
}

std::vector<PhaseStep> prepare_steps() {
  return {
      {"schema", "create schema cutover, its tables and blue's rows in them", create_own_schema},
      {"publication", "publish every table, with a marker table per publication",
       create_publications},
      {"slot", "create the slots, so that blue keeps what green has not received", create_slots},
  };
}

}  // namespace cutover
