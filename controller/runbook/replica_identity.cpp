#include "controller/runbook/replica_identity.h"

#include <fmt/format.h>

#include "common/async/within.h"
#include "controller/runbook/phase_tables.h"
#include "controller/runbook/publication_tables.h"
#include "controller/runbook/replication_names.h"
#include "controller/servers/schema.h"
#include "controller/servers/sqlstates.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;
using postgres::Rows;

constexpr int tries = 100;
constexpr std::chrono::milliseconds between_tries(200);

// What has no equality has no default operator class for = either, of btree or hash.
constexpr const char* untold_apart_sql = R"(
SELECT DISTINCT w.name
FROM ({}) AS w
JOIN pg_attribute AS a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_type AS of ON of.oid IN (t.typbasetype, t.typelem)
JOIN pg_stat_user_tables AS s ON s.relid = w.oid AND s.n_tup_upd + s.n_tup_del > 0
WHERE w.fitting IS NULL
  AND '{{json,xml,point,lseg,line,box,path,polygon,circle}}'::text[] && ARRAY[t.typname::text, of.typname::text]
ORDER BY 1)";

// A table renamed since, or changed by hand, is left as it is.
constexpr const char* remembered_sql = R"(
SELECT DISTINCT n.nspname, c.relname, r.previous, r.previous_index,
       coalesce(i.relname, '') AS index_there
FROM cutover.replica_identity AS r
JOIN pg_namespace AS n ON n.nspname = r.table_schema
JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = r.table_name
LEFT JOIN pg_class AS i ON i.relnamespace = n.oid AND i.relname = r.previous_index
WHERE c.relreplident = r.chosen::"char" AND r.chosen <> r.previous
ORDER BY 1, 2)";

struct Unidentified {
  std::string schema;
  std::string table;
  std::string previous;  ///< "d", "n", "i" or "f", as in pg_class
  std::string index;     ///< empty: none fits
  std::string name() const { return quoted_name(schema, table); }
};

std::vector<Unidentified> unidentified(const Rows& rows) {
  std::vector<Unidentified> tables;
  for (std::size_t i = 0; i < rows.size(); ++i)
    tables.push_back({rows.text(i, "nspname"), rows.text(i, "relname"),
                      rows.text(i, "relreplident"), rows.text(i, "fitting")});
  return tables;
}

std::string chosen_clause(const Unidentified& table) {
  return table.index.empty() ? "FULL" : "USING INDEX " + quote_identifier(table.index);
}

std::string set_sql(const std::string& colour, const Unidentified& table) {
  return fmt::format(
      "SET LOCAL lock_timeout = '100ms';"
      "INSERT INTO cutover.replica_identity VALUES ({}, {}, {}, {}, {}, {}, NULL) "
      "ON CONFLICT DO NOTHING; ALTER TABLE {} REPLICA IDENTITY {}",
      quote_literal(colour), quote_literal(table.schema), quote_literal(table.table),
      table.index.empty() ? "'f'" : "'i'",
      table.index.empty() ? "NULL" : quote_literal(table.index), quote_literal(table.previous),
      table.name(), chosen_clause(table));
}

/// A table in use is asked for again and again: waiting long for its lock would hold others up.
Task<Outcome> alter_when_free(ServerSession& session, std::string sql) {
  auto answer = co_await session.script(sql);
  for (int i = 1; i < tries && !answer && answer.error().sqlstate == lock_not_available; ++i) {
    co_await sleep_for(between_tries);
    answer = co_await session.script(sql);
  }
  if (answer || answer.error().sqlstate == undefined_table) co_return done();
  co_return outcome_of_failure(answer.error(), "run the command again at a quieter time");
}

std::string plural(std::size_t count, const char* of) {
  return fmt::format("{} table{} {}", count, count == 1 ? "" : "s", of);
}

std::string what_is_due(const std::vector<Unidentified>& tables) {
  std::vector<std::string> lines;
  for (const auto& table : tables) lines.push_back(table.name() + " " + chosen_clause(table));
  return plural(tables.size(), "without: ") + named(lines);
}

std::string restore_sql(const Rows& rows, std::size_t row) {
  const auto table = quoted_name(rows.text(row, "nspname"), rows.text(row, "relname"));
  const auto previous = rows.text(row, "previous");
  const auto index = rows.text(row, "index_there");
  std::string clause = "DEFAULT";
  if (previous == "n") clause = "NOTHING";
  if (previous == "f") clause = "FULL";
  if (previous == "i" && !index.empty()) clause = "USING INDEX " + quote_identifier(index);
  return fmt::format("SET LOCAL lock_timeout = '100ms'; ALTER TABLE {} REPLICA IDENTITY {}", table,
                     clause);
}

}  // namespace

Task<Outcome> look_at_identity_types(ServerSession& blue) {
  const auto rows =
      co_await blue.query(fmt::format(untold_apart_sql, tables_without_identity_sql()));
  if (!rows) co_return outcome_of_failure(rows.error());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows->size(); ++i) names.push_back(rows->text(i, "name"));
  if (names.empty()) co_return done();
  co_return refused(
      fmt::format("{}: tables without key that are updated, with columns whose values cannot be "
                  "compared (json, xml, point …), which would stop replication: {}",
                  blue.place(), named(names)),
      "add a primary key or a unique index on columns that are not null");
}

Task<Outcome> look_at_generated_identities(ServerSession& blue) {
  const auto rows = co_await blue.query(unidentifiable_tables_sql());
  if (!rows) co_return outcome_of_failure(rows.error());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows->size(); ++i) names.push_back(rows->text(i, "name"));
  if (names.empty()) co_return done();
  co_return refused(fmt::format("{}: tables whose rows only a generated column could tell apart, "
                                "which is not replicated: {}",
                                blue.place(), named(names)),
                    "add a unique index on columns that are not null and not generated");
}

Task<Result<Standing>> look_at_identities(ServerSession& session) {
  const auto rows = co_await session.query(tables_without_identity_sql());
  if (!rows) co_return Error(rows.error());
  if (rows->empty()) co_return holds("every table has one");
  co_return due(what_is_due(unidentified(*rows)));
}

Task<Outcome> set_identities(ServerSession& session, std::string colour) {
  const auto made = co_await session.script(phase_tables_sql());
  if (!made) co_return outcome_of_failure(made.error());
  const auto rows = co_await session.query(tables_without_identity_sql());
  if (!rows) co_return outcome_of_failure(rows.error());
  const auto tables = unidentified(*rows);
  for (const auto& table : tables) {
    const auto outcome = co_await alter_when_free(session, set_sql(colour, table));
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done(plural(tables.size(), "set"));
}

Task<Result<Standing>> look_at_remembered_identities(ServerSession& session) {
  const auto there = co_await session.query(has_table_sql("replica_identity"));
  if (!there) co_return Error(there.error());
  if (there->text(0, "there") != "t") co_return holds("none is remembered");
  const auto rows = co_await session.query(remembered_sql);
  if (!rows) co_return Error(rows.error());
  if (rows->empty()) co_return holds();
  co_return due(plural(rows->size(), "as they were"));
}

Task<Outcome> restore_identities(ServerSession& session) {
  const auto there = co_await session.query(has_table_sql("replica_identity"));
  if (!there) co_return outcome_of_failure(there.error());
  if (there->text(0, "there") != "t") co_return done();
  const auto rows = co_await session.query(remembered_sql);
  if (!rows) co_return outcome_of_failure(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto outcome = co_await alter_when_free(session, restore_sql(*rows, i));
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done(plural(rows->size(), "as they were"));
}

}  // namespace cutover
