#include "controller/runbook/phase_tables.h"

#include <fmt/format.h>

#include "common/postgres/connection.h"

namespace cutover {

std::string phase_tables_sql() {
  return R"(
CREATE SCHEMA IF NOT EXISTS cutover;
CREATE TABLE IF NOT EXISTS cutover.replica_identity (
  side text,
  table_schema text,
  table_name text,
  chosen text NOT NULL,
  chosen_index text,
  previous text NOT NULL,
  previous_index text,
  PRIMARY KEY (side, table_schema, table_name)
);
CREATE TABLE IF NOT EXISTS cutover.ddl (
  side text,
  id text,
  at timestamptz NOT NULL,
  role text NOT NULL,
  command text NOT NULL,
  object text NOT NULL,
  PRIMARY KEY (side, id)
);
CREATE TABLE IF NOT EXISTS cutover.seed (
  side text PRIMARY KEY,
  lsn pg_lsn NOT NULL,
  source text NOT NULL,
  found_at timestamptz NOT NULL
);
)";
}

std::string has_table_sql(const std::string& table) {
  return "SELECT to_regclass(" + postgres::quote_literal("cutover." + table) +
         ") IS NOT NULL AS there";
}

}  // namespace cutover
