#include "controller/runbook/prepare.h"

#include "controller/runbook/blue_settings.h"
#include "controller/runbook/ddl_guard.h"
#include "controller/runbook/phase_tables.h"
#include "controller/runbook/publications.h"
#include "controller/runbook/replica_identity.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

Task<Outcome> look_at_types(const PhaseSight& sight) {
  const auto outcome = co_await look_at_identity_types(sight.blue);
  co_return outcome;
}

Task<Outcome> look_at_generated_columns(const PhaseSight& sight) {
  const auto outcome = co_await look_at_generated_identities(sight.blue);
  co_return outcome;
}

Task<Result<Standing>> look_at_blues_identities(const PhaseSight& sight) {
  const auto standing = co_await look_at_identities(sight.blue);
  co_return standing;
}

Task<Outcome> set_blues_identities(PhaseServers& servers) {
  const auto outcome = co_await set_identities(servers.blue, "blue");
  co_return outcome;
}

/// Every table is there, and blue's rows in run and markers.
std::string own_schema_there_sql(const std::vector<SubscriptionConfig>& subscriptions) {
  std::string sql =
      "SELECT to_regclass('cutover.run') IS NOT NULL"
      " AND to_regclass('cutover.replica_identity') IS NOT NULL"
      " AND to_regclass('cutover.ddl') IS NOT NULL"
      " AND to_regclass('cutover.seed') IS NOT NULL";
  for (const auto& each : subscriptions)
    sql += " AND to_regclass(" + postgres::quote_literal(marker_table(each.publication)) +
           ") IS NOT NULL";
  return sql + " AS there";
}

Task<Result<Standing>> look_at_blues_schema(const PhaseSight& sight) {
  const auto rows = co_await sight.blue.query(own_schema_there_sql(sight.database.subscriptions));
  if (!rows) co_return Error(rows.error());
  if (rows->text(0, "there") != "t") co_return due();
  const auto row = co_await sight.blue.query("SELECT FROM cutover.run WHERE side = 'blue'");
  if (!row) co_return Error(row.error());
  co_return row->empty() ? due() : holds();
}

Task<Outcome> create_blues_schema(PhaseServers& servers) {
  const auto& subscriptions = servers.database.subscriptions;
  const auto answer = co_await servers.blue.script(
      own_schema_sql(subscriptions) + phase_tables_sql() + own_rows_sql("blue", subscriptions));
  co_return answer ? done() : outcome_of_failure(answer.error());
}

}  // namespace

std::vector<PhaseCheck> prepare_checks() {
  auto checks = blue_settings_checks();
  checks.push_back({"comparable_rows",
                    "rows of tables without key can be told apart by all columns", look_at_types});
  checks.push_back({"generated_identity", "rows can be told apart without generated columns",
                    look_at_generated_columns});
  return checks;
}

std::vector<PhaseStep> prepare_steps() {
  return {
      {"replica_identity", "give tables without primary key a replica identity, remembered",
       look_at_blues_identities, set_blues_identities},
      {"schema", "create schema cutover, its tables and blue's rows in them", look_at_blues_schema,
       create_blues_schema},
      {"ddl_guard", "watch for DDL on published tables", look_at_guard, create_guard},
      {"publication", "publish every table, with a marker table per publication",
       look_at_publications, create_publications},
      {"slot", "create the slots, so that blue keeps what green has not received", look_at_slots,
       create_slots},
  };
}

}  // namespace cutover
