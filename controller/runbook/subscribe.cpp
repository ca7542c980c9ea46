#include "controller/runbook/subscribe.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "common/async/within.h"
#include "controller/runbook/create_subscription.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_literal;
using postgres::Rows;

Outcome failed(const postgres::Failure& failure) {
  return failure.lost ? in_doubt(failure) : refused(failure);
}

std::vector<std::string> publications_of(const DatabaseConfig& database) {
  std::vector<std::string> names;
  for (const auto& each : database.subscriptions) names.push_back(each.publication);
  return names;
}

std::vector<std::string> subscriptions_of(const DatabaseConfig& database) {
  std::vector<std::string> names;
  for (const auto& each : database.subscriptions) names.push_back(each.subscription);
  return names;
}

std::vector<std::string> slots_of(const DatabaseConfig& database) {
  std::vector<std::string> names;
  for (const auto& each : database.subscriptions) names.push_back(each.slot);
  return names;
}

std::string named(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 10; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > 10) text += fmt::format(" and {} more", names.size() - 10);
  return text;
}

// ── checks ──

Task<Outcome> look_at_blue(const PhaseSight& sight) {
  const auto& database = sight.database;
  const auto rows = co_await sight.blue.query(fmt::format(
      "SELECT (SELECT count(*) FROM pg_publication WHERE pubname IN ({})) AS publications, "
      "(SELECT count(*) FROM pg_replication_slots WHERE slot_name IN ({})) AS slots",
      list_of_literals(publications_of(database)), list_of_literals(slots_of(database))));
  if (!rows) co_return failed(rows.error());
  const auto wanted = std::to_string(database.subscriptions.size());
  if (rows->text(0, "publications") == wanted && rows->text(0, "slots") == wanted) co_return done();
  co_return refused(
      fmt::format("{}: {} of {} publications and {} of {} slots exist", sight.blue.place(),
                  rows->text(0, "publications"), wanted, rows->text(0, "slots"), wanted),
      "run `cutover prepare`");
}

constexpr const char* published_columns_sql = R"(
SELECT DISTINCT format('%I.%I', p.schemaname, p.tablename) AS name, a.attname AS column
FROM pg_publication_tables AS p
JOIN pg_namespace AS n ON n.nspname = p.schemaname
JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = p.tablename
JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE p.pubname IN ({}) AND p.schemaname <> 'cutover'
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY 1, 2)";

constexpr const char* columns_sql = R"(
SELECT format('%I.%I', n.nspname, c.relname) AS name, a.attname AS column
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND a.attnum > 0 AND NOT a.attisdropped)";

Task<Outcome> look_at_tables(const PhaseSight& sight) {
  const auto wanted = co_await sight.blue.query(
      fmt::format(published_columns_sql, list_of_literals(publications_of(sight.database))));
  if (!wanted) co_return failed(wanted.error());
  const auto there = co_await sight.green.query(columns_sql);
  if (!there) co_return failed(there.error());
  std::set<std::string> on_green;
  for (std::size_t i = 0; i < there->size(); ++i) {
    on_green.insert(there->text(i, "name"));
    on_green.insert(there->text(i, "name") + " column " + there->text(i, "column"));
  }
  std::set<std::string> missing;
  for (std::size_t i = 0; i < wanted->size(); ++i) {
    const auto table = wanted->text(i, "name");
    const auto column = table + " column " + wanted->text(i, "column");
    if (!on_green.contains(table)) {
      missing.insert(table);
    } else if (!on_green.contains(column)) {
      missing.insert(column);
    }
  }
  if (missing.empty()) co_return done();
  const std::vector<std::string> list(missing.begin(), missing.end());
  co_return refused(
      fmt::format("{}: published on blue and missing here: {}", sight.green.place(), named(list)),
      "load blue's schema first: pg_dump --schema-only of green's version");
}

constexpr const char* tables_to_copy_sql = R"(
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'cutover')
  AND NOT EXISTS (SELECT FROM pg_subscription_rel AS r WHERE r.srrelid = c.oid)
ORDER BY 1)";

/// Tables that a subscription knows already are being filled by it.
Task<Outcome> look_at_emptiness(const PhaseSight& sight) {
  const auto tables = co_await sight.green.query(tables_to_copy_sql);
  if (!tables) co_return failed(tables.error());
  std::vector<std::string> filled;
  for (std::size_t i = 0; i < tables->size(); ++i) {
    const auto name = tables->text(i, "name");
    const auto row = co_await sight.green.query("SELECT FROM " + name + " LIMIT 1");
    if (!row) co_return failed(row.error());
    if (!row->empty()) filled.push_back(name);
  }
  if (filled.empty()) co_return done();
  co_return refused(fmt::format("{}: tables that are to be copied already have rows: {}",
                                sight.green.place(), named(filled)),
                    "empty them: copying into them would collide or double rows");
}

// ── steps ──

/// Rows of the other side are left from an earlier subscription; the copy brings them again.
Task<Outcome> create_own_schema(PhaseServers& servers) {
  const auto& subscriptions = servers.database.subscriptions;
  auto sql = own_schema_sql(subscriptions) + own_rows_sql("green", subscriptions);
  const auto known = co_await servers.green.query(
      fmt::format("SELECT FROM pg_subscription WHERE subname IN ({}) AND subdbid = "
                  "(SELECT oid FROM pg_database WHERE datname = current_database())",
                  list_of_literals(subscriptions_of(servers.database))));
  if (!known) co_return failed(known.error());
  if (known->empty()) {
    sql += "DELETE FROM cutover.run WHERE side <> 'green';";
    for (const auto& each : subscriptions)
      sql += "DELETE FROM " + marker_table(each.publication) + " WHERE side <> 'green';";
  }
  const auto answer = co_await servers.green.script(sql);
  co_return answer ? done() : failed(answer.error());
}

Task<Outcome> create_subscriptions(PhaseServers& servers) {
  for (const auto& each : servers.database.subscriptions) {
    const auto outcome = co_await create_subscription(servers, each);
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done();
}

constexpr const char* copied_sql = R"(
SELECT count(*) AS tables, count(*) FILTER (WHERE r.srsubstate = 'r') AS ready
FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid
WHERE s.subname IN ({}) AND s.subdbid = (SELECT oid FROM pg_database
                                         WHERE datname = current_database()))";

constexpr const char* lag_sql = R"(
SELECT CASE WHEN count(r.replay_lsn) = {0}
            THEN max(greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)))::bigint END
       AS lag
FROM pg_replication_slots AS s JOIN pg_stat_replication AS r ON r.pid = s.active_pid
WHERE s.database = current_database() AND s.slot_name IN ({1}))";

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// True when the copy is complete and the lag small enough.
Task<Result<bool>> look_at_copy(PhaseServers& servers) {
  const auto& database = servers.database;
  const auto copied = co_await servers.green.query(
      fmt::format(copied_sql, list_of_literals(subscriptions_of(database))));
  if (!copied) co_return Error(copied.error());
  CopyProgress progress;
  progress.database = database.name;
  progress.tables = static_cast<std::uint32_t>(number(copied->text(0, "tables")));
  progress.ready = static_cast<std::uint32_t>(number(copied->text(0, "ready")));
  const auto lag = co_await servers.blue.query(
      fmt::format(lag_sql, database.subscriptions.size(), list_of_literals(slots_of(database))));
  if (!lag) co_return Error(lag.error());
  const bool known = lag->at(0, "lag").has_value();
  progress.lag_bytes = number(lag->text(0, "lag"));
  if (servers.options.progress) servers.options.progress(progress);
  co_return progress.ready ==
      progress.tables&& known&& progress.lag_bytes <= servers.options.lag_to_start_bytes;
}

Task<Outcome> wait_until_copied(PhaseServers& servers) {
  const auto end = std::chrono::steady_clock::now() + servers.options.patience;
  while (std::chrono::steady_clock::now() < end) {
    const auto complete = co_await look_at_copy(servers);
    if (!complete) co_return in_doubt(complete.error());
    if (*complete) co_return done();
    co_await sleep_for(servers.options.look_interval);
  }
  co_return in_doubt(servers.green.place() + ": the initial copy did not end in time",
                     "`cutover status` shows how far it is; subscribe again to wait on");
}

}  // namespace

std::vector<PhaseCheck> subscribe_checks() {
  return {
      {"prepared", "blue has the publications and slots that prepare makes", look_at_blue},
      {"tables", "every published table and column exists on green", look_at_tables},
      {"empty", "the tables to be copied are empty on green", look_at_emptiness},
  };
}

std::vector<PhaseStep> subscribe_steps() {
  return {
      {"schema", "create schema cutover and green's rows in it", create_own_schema},
      {"subscription", "subscribe with the slots that prepare made", create_subscriptions},
      {"copy", "wait until every table is copied and green follows closely", wait_until_copied},
  };
}

}  // namespace cutover
