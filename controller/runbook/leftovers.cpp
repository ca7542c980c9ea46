#include "controller/runbook/leftovers.h"

#include <fmt/format.h>

#include "common/async/within.h"
#include "controller/runbook/ddl_guard.h"
#include "controller/runbook/phase_tables.h"
#include "controller/runbook/replica_identity.h"
#include "controller/runbook/replication_names.h"
#include "controller/servers/schema.h"
#include "controller/servers/sides.h"
#include "controller/servers/sqlstates.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr int lock_tries = 100;
constexpr int slot_tries = 100;
constexpr std::chrono::milliseconds between_looks(100);
constexpr const char* object_in_use = "55006";

/// Of the way there and of the way back.
std::string both_ways(const DatabaseConfig& database, std::string SubscriptionConfig::*name) {
  std::vector<std::string> names;
  for (const auto& each : database.subscriptions)
    for (const auto& way : {each, way_back_of(each)}) names.push_back(way.*name);
  return list_of_literals(names);
}

std::string subscriptions_sql(const DatabaseConfig& database) {
  return fmt::format(
      "SELECT subname AS name FROM pg_subscription WHERE subname IN ({}) AND subdbid = "
      "(SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1",
      both_ways(database, &SubscriptionConfig::subscription));
}

std::string slots_sql(const DatabaseConfig& database) {
  return fmt::format(
      "SELECT slot_name AS name FROM pg_replication_slots WHERE slot_type = 'logical' "
      "AND database = current_database() AND slot_name IN ({}) ORDER BY 1",
      both_ways(database, &SubscriptionConfig::slot));
}

std::string publications_sql(const DatabaseConfig& database) {
  return fmt::format("SELECT pubname AS name FROM pg_publication WHERE pubname IN ({}) ORDER BY 1",
                     both_ways(database, &SubscriptionConfig::publication));
}

Task<Result<std::vector<std::string>>> names_found(ServerSession& server, std::string sql) {
  const auto rows = co_await server.query(std::move(sql));
  if (!rows) co_return Error(rows.error());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows->size(); ++i) names.push_back(rows->text(i, "name"));
  co_return names;
}

Task<Result<Standing>> find_names(ServerSession& server, std::string sql) {
  const auto names = co_await names_found(server, std::move(sql));
  if (!names) co_return names.error();
  co_return names->empty() ? holds() : due(named(*names));
}

/// Detached from its slot first: the server at its other end need not be there.
Task<Outcome> drop_subscription(ServerSession& server, std::string name) {
  const auto quoted = quote_identifier(name);
  for (const auto& sql : {"ALTER SUBSCRIPTION " + quoted + " DISABLE",
                          "ALTER SUBSCRIPTION " + quoted + " SET (slot_name = NONE)",
                          "DROP SUBSCRIPTION " + quoted}) {
    const auto answer = co_await server.query(sql);
    if (!answer) co_return outcome_of_failure(answer.error());
  }
  co_return done();
}

/// The walsender of a subscription that was just dropped takes a moment to go.
Task<Outcome> drop_slot(ServerSession& server, std::string name) {
  const auto sql = "SELECT pg_drop_replication_slot(" + quote_literal(name) + ")";
  auto answer = co_await server.query(sql);
  for (int i = 1; i < slot_tries && !answer && answer.error().sqlstate == object_in_use; ++i) {
    co_await sleep_for(between_looks);
    answer = co_await server.query(sql);
  }
  co_return answer ? done() : outcome_of_failure(answer.error());
}

constexpr const char* fenced_tables_sql = R"(
SELECT DISTINCT n.nspname, c.relname
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE t.tgname IN ('cutover_fence_blue', 'cutover_fence_green') ORDER BY 1, 2)";

/// Whether this server's own row says fenced; no row where schema cutover is gone.
std::string fenced_row_sql(const std::string& colour) {
  return "SELECT FROM cutover.run WHERE fenced AND side = " + quote_literal(colour);
}

std::string open_again_sql(const std::string& colour) {
  return fmt::format(R"(
DO $finish$
DECLARE
  was cutover.run;
BEGIN
  SELECT * INTO was FROM cutover.run WHERE side = {0} AND fenced FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  UPDATE cutover.run SET fenced = false, decided_at = NULL WHERE side = {0};
  IF was.previous_read_only IS NULL THEN
    EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database());
  ELSE
    EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = %L',
                   current_database(), was.previous_read_only);
  END IF;
END $finish$)",
                     quote_literal(colour));
}

Task<Outcome> drop_fence_trigger(ServerSession& server, std::string table) {
  const auto sql = "SET LOCAL lock_timeout = '100ms';" + drop_fence_trigger_sql("blue", table) +
                   drop_fence_trigger_sql("green", table);
  auto answer = co_await server.script(sql);
  for (int i = 1; i < lock_tries && !answer && answer.error().sqlstate == lock_not_available; ++i) {
    co_await sleep_for(between_looks);
    answer = co_await server.script(sql);
  }
  co_return answer ? done() : outcome_of_failure(answer.error(), "finish again at a quieter time");
}

// What the fence rests on stays: its function and the row that it reads.
constexpr const char* rest_of_schema_sql = R"(
SELECT format('%I', c.relname) AS name FROM pg_class AS c
WHERE c.relnamespace = to_regnamespace('cutover') AND c.relkind = 'r' AND c.relname <> 'run'
ORDER BY 1)";

Task<Outcome> drop_publication(ServerSession& server, std::string name) {
  const auto dropped = co_await server.query("DROP PUBLICATION " + quote_identifier(name));
  co_return dropped ? done() : outcome_of_failure(dropped.error());
}

using DropOne = Task<Outcome> (*)(ServerSession&, std::string);

/// What the statement names, one after the other until one cannot be dropped.
Task<Outcome> drop_each(ServerSession& server, std::string names_sql, DropOne drop_one) {
  const auto names = co_await names_found(server, names_sql);
  if (!names) co_return in_doubt(names.error());
  for (const auto& name : *names) {
    const auto outcome = co_await drop_one(server, name);
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done(named(*names));
}

}  // namespace

Task<Result<bool>> is_fenced(ServerSession& server, std::string colour) {
  const auto there = co_await server.query(has_table_sql("run"));
  if (!there) co_return Error(there.error());
  if (there->text(0, "there") != "t") co_return false;
  const auto rows = co_await server.query(fenced_row_sql(colour));
  if (!rows) co_return Error(rows.error());
  co_return !rows->empty();
}

Task<Result<Standing>> find_subscriptions(ServerSession& server, ServerTraces traces) {
  const auto standing = co_await find_names(server, subscriptions_sql(traces.database));
  co_return standing;
}

Task<Outcome> drop_subscriptions(ServerSession& server, ServerTraces traces) {
  const auto outcome =
      co_await drop_each(server, subscriptions_sql(traces.database), drop_subscription);
  co_return outcome;
}

Task<Result<Standing>> find_slots(ServerSession& server, ServerTraces traces) {
  const auto standing = co_await find_names(server, slots_sql(traces.database));
  co_return standing;
}

Task<Outcome> drop_slots(ServerSession& server, ServerTraces traces) {
  const auto outcome = co_await drop_each(server, slots_sql(traces.database), drop_slot);
  co_return outcome;
}

Task<Result<Standing>> find_publications(ServerSession& server, ServerTraces traces) {
  const auto standing = co_await find_names(server, publications_sql(traces.database));
  co_return standing;
}

Task<Outcome> drop_publications(ServerSession& server, ServerTraces traces) {
  const auto outcome =
      co_await drop_each(server, publications_sql(traces.database), drop_publication);
  co_return outcome;
}

Task<Result<Standing>> find_guard(ServerSession& server, ServerTraces) {
  const auto standing = co_await look_for_guard(server);
  co_return standing;
}

Task<Outcome> remove_guard(ServerSession& server, ServerTraces) {
  const auto outcome = co_await drop_guard(server);
  co_return outcome;
}

Task<Result<Standing>> find_identities(ServerSession& server, ServerTraces) {
  const auto standing = co_await look_at_remembered_identities(server);
  co_return standing;
}

Task<Outcome> undo_identities(ServerSession& server, ServerTraces) {
  const auto outcome = co_await restore_identities(server);
  co_return outcome;
}

Task<Result<Standing>> find_fence(ServerSession& server, ServerTraces traces) {
  const auto fenced = co_await is_fenced(server, traces.colour);
  if (!fenced) co_return fenced.error();
  if (traces.keeps_fence) co_return holds("kept: it refuses writes");
  const auto tables = co_await server.query(fenced_tables_sql);
  if (!tables) co_return Error(tables.error());
  if (!*fenced && tables->empty()) co_return holds();
  co_return due(
      fmt::format("{}triggers on {} tables", *fenced ? "read-only setting, " : "", tables->size()));
}

Task<Outcome> lift_fence(ServerSession& server, ServerTraces traces) {
  if (traces.keeps_fence) co_return done("kept");
  const auto fenced = co_await is_fenced(server, traces.colour);
  if (!fenced) co_return in_doubt(fenced.error());
  if (*fenced) {
    const auto opened = co_await server.script(open_again_sql(traces.colour));
    if (!opened) co_return outcome_of_failure(opened.error());
  }
  const auto tables = co_await server.query(fenced_tables_sql);
  if (!tables) co_return outcome_of_failure(tables.error());
  for (std::size_t i = 0; i < tables->size(); ++i) {
    const auto table = quoted_name(tables->text(i, "nspname"), tables->text(i, "relname"));
    const auto outcome = co_await drop_fence_trigger(server, table);
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done(*fenced ? "sessions that are connected stay read-only until they end" : "");
}

Task<Result<Standing>> find_schema(ServerSession& server, ServerTraces traces) {
  if (traces.keeps_fence) {
    const auto standing = co_await find_names(server, rest_of_schema_sql);
    co_return standing;
  }
  const auto rows = co_await server.query("SELECT FROM pg_namespace WHERE nspname = 'cutover'");
  if (!rows) co_return Error(rows.error());
  co_return rows->empty() ? holds() : due("schema cutover");
}

Task<Outcome> drop_schema(ServerSession& server, ServerTraces traces) {
  if (!traces.keeps_fence) {
    const auto dropped = co_await server.script("DROP SCHEMA IF EXISTS cutover CASCADE");
    co_return dropped ? done() : outcome_of_failure(dropped.error());
  }
  const auto tables = co_await names_found(server, rest_of_schema_sql);
  if (!tables) co_return in_doubt(tables.error());
  for (const auto& table : *tables) {
    const auto dropped = co_await server.script("DROP TABLE IF EXISTS cutover." + table);
    if (!dropped) co_return outcome_of_failure(dropped.error());
  }
  co_return done(named(*tables));
}

}  // namespace cutover
