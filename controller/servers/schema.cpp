#include "controller/servers/schema.h"

#include <fmt/format.h>

#include <cstdint>

#include "common/postgres/connection.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr std::size_t longest_identifier = 63;

constexpr const char* run_table_sql = R"(
CREATE SCHEMA IF NOT EXISTS cutover;
CREATE TABLE IF NOT EXISTS cutover.run (
  side text PRIMARY KEY,
  run_id text NOT NULL DEFAULT '',
  epoch bigint NOT NULL DEFAULT 0,
  direction text NOT NULL DEFAULT '',
  started_at timestamptz,
  decided_at timestamptz,
  fenced boolean NOT NULL DEFAULT false,
  previous_read_only text,
  flush_due boolean NOT NULL DEFAULT false,
  decision text NOT NULL DEFAULT '',
  takes_down boolean NOT NULL DEFAULT false,
  durable_at timestamptz,
  way_back_from pg_lsn,
  way_back_for text NOT NULL DEFAULT ''
);
)";

constexpr const char* marker_table_sql = R"(
CREATE TABLE IF NOT EXISTS {} (
  side text PRIMARY KEY,
  token text NOT NULL DEFAULT '',
  written_at timestamptz
);
)";

/// FNV-1a: only to keep two long names apart.
std::uint32_t hash_of(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 16777619U;
  return hash;
}

/// At most `size` bytes, never half a UTF-8 character.
std::string shortened(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

std::string fence_function(const std::string& colour) {
  return quoted_name("cutover", fence_function_name(colour));
}

}  // namespace

std::string quoted_name(const std::string& schema, const std::string& name) {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

std::string list_of_literals(const std::vector<std::string>& texts) {
  std::string list;
  for (const auto& text : texts) list += (list.empty() ? "" : ", ") + quote_literal(text);
  return list.empty() ? "NULL" : list;
}

std::string fitting_identifier(const std::string& prefix, const std::string& name,
                               const std::string& suffix) {
  if (prefix.size() + name.size() + suffix.size() <= longest_identifier)
    return prefix + name + suffix;
  const auto end = fmt::format("_{:08x}", hash_of(name)) + suffix;
  return prefix + shortened(name, longest_identifier - prefix.size() - end.size()) + end;
}

std::string marker_table_name(const std::string& publication) {
  return fitting_identifier("marker_", publication, {});
}

std::string marker_table(const std::string& publication) {
  return quoted_name("cutover", marker_table_name(publication));
}

std::string own_schema_sql(const std::vector<SubscriptionConfig>& subscriptions) {
  std::string sql = run_table_sql;
  for (const auto& each : subscriptions)
    sql += fmt::format(marker_table_sql, marker_table(each.publication));
  return sql;
}

std::string own_rows_sql(const std::string& colour,
                         const std::vector<SubscriptionConfig>& subscriptions) {
  const auto insert = [&colour](const std::string& table) {
    return fmt::format("INSERT INTO {} (side) VALUES ({}) ON CONFLICT DO NOTHING;\n", table,
                       quote_literal(colour));
  };
  std::string sql = insert("cutover.run");
  for (const auto& each : subscriptions) sql += insert(marker_table(each.publication));
  return sql;
}

std::string fence_trigger_name(const std::string& colour) {
  return "cutover_fence_" + colour;
}

std::string fence_function_name(const std::string& colour) {
  return "fence_" + colour;
}

// Fires for apply workers alone, which run as replica. Made once and never dropped in passing: that
// would wait for every client whose write has read this table, and others would wait behind it.
std::string own_row_guard_sql(const std::string& colour, const std::string& table) {
  return fmt::format(R"(
CREATE OR REPLACE FUNCTION cutover.leave_out() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS 'BEGIN RETURN NULL; END';
DO $guard$
BEGIN
  IF EXISTS (SELECT FROM pg_trigger
             WHERE tgrelid = '{1}'::regclass AND tgname = 'cutover_own_row') THEN
    RETURN;
  END IF;
  CREATE TRIGGER cutover_own_row BEFORE INSERT OR UPDATE ON {1}
  FOR EACH ROW WHEN (NEW.side = {0}) EXECUTE FUNCTION cutover.leave_out();
  ALTER TABLE {1} ENABLE REPLICA TRIGGER cutover_own_row;
END $guard$;
)",
                     quote_literal(colour), table);
}

// SECURITY DEFINER: the roles that write may not read cutover.run. VOLATILE: in READ COMMITTED
// each call sees what was committed before it.
std::string fence_function_sql(const std::string& colour) {
  return fmt::format(R"(
CREATE OR REPLACE FUNCTION {0}() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $fence$
BEGIN
  IF EXISTS (SELECT FROM cutover.run WHERE side = {1} AND fenced) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'read_only_sql_transaction',
      MESSAGE = 'cannot write to ' || quote_ident(TG_TABLE_NAME) || ': this database was cut over',
      HINT = 'Connect to the server that took over.';
  END IF;
  RETURN NULL;
END $fence$;
GRANT EXECUTE ON FUNCTION {0}() TO PUBLIC;
)",
                     fence_function(colour), quote_literal(colour));
}

std::string create_fence_trigger_sql(const std::string& colour, const std::string& table) {
  return fmt::format(
      "CREATE TRIGGER {} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {} "
      "FOR EACH STATEMENT EXECUTE FUNCTION {}();\n",
      quote_identifier(fence_trigger_name(colour)), table, fence_function(colour));
}

std::string drop_fence_trigger_sql(const std::string& colour, const std::string& table) {
  return fmt::format("DROP TRIGGER IF EXISTS {} ON {};\n",
                     quote_identifier(fence_trigger_name(colour)), table);
}

}  // namespace cutover
