#include "controller/verify/table_list.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "common/base/number.h"
#include "controller/servers/schema.h"
#include "controller/verify/patient_query.h"

namespace cutover {
namespace {

using postgres::Rows;

// One row a column. Column lists and row filters exist from 15 on, hence to_jsonb. Generated
// columns are computed by each side from the others. The key is what logical replication itself
// tells rows apart by, or the primary key.
constexpr const char* columns_sql = R"sql(
WITH published AS (
  SELECT DISTINCT ON (c.oid) c.oid, n.nspname, c.relname, c.relkind, c.reltuples,
         to_jsonb(p) AS options
  FROM pg_publication_tables AS p
  JOIN pg_namespace AS n ON n.nspname = p.schemaname
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = p.tablename
  WHERE p.pubname IN ({}) AND p.schemaname <> 'cutover'
  ORDER BY c.oid
), keys AS (
  SELECT DISTINCT ON (i.indrelid) i.indrelid, i.indkey, i.indnkeyatts
  FROM pg_index AS i
  WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    AND (i.indisprimary OR i.indisreplident)
  ORDER BY i.indrelid, i.indisprimary DESC
)
SELECT t.oid, t.nspname, t.relname, t.relkind, greatest(t.reltuples, 0)::bigint AS estimated,
       t.options->>'rowfilter' AS row_filter, row_security_active(t.oid) AS hides_rows,
       a.attname, format_type(a.atttypid, a.atttypmod) AS type,
       a.atttypid = '"char"'::regtype AS is_byte, placed.ordinality AS key_position
FROM published AS t
LEFT JOIN keys AS k ON k.indrelid = t.oid
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
                      AND a.attgenerated = ''
LEFT JOIN LATERAL (
  SELECT u.ordinality FROM unnest(k.indkey::int2[]) WITH ORDINALITY AS u(attnum, ordinality)
  WHERE u.attnum = a.attnum AND u.ordinality <= k.indnkeyatts) AS placed ON true
WHERE t.options->'attnames' IS NULL OR t.options->'attnames' = 'null'
   OR t.options->'attnames' ? a.attname
ORDER BY t.nspname COLLATE "C", t.relname COLLATE "C", placed.ordinality, a.attname COLLATE "C")sql";

constexpr const char* on_green_sql = R"sql(
SELECT n.nspname, c.relname, a.attname,
       row_security_active(c.oid) AS hides_rows
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_')sql";

ComparedTable table_of(const Rows& rows, std::size_t row) {
  ComparedTable table;
  table.oid = number_in_answer<std::uint32_t>(rows.text(row, "oid"));
  table.name = quoted_name(rows.text(row, "nspname"), rows.text(row, "relname"));
  table.label = rows.text(row, "nspname") + "." + rows.text(row, "relname");
  table.partitioned = rows.text(row, "relkind") == "p";
  table.estimated_rows = number_in_answer<std::uint64_t>(rows.text(row, "estimated"));
  if (rows.at(row, "row_filter"))
    table.obstacle = "it is published with a row filter: green holds only a part of it";
  if (rows.text(row, "hides_rows") == "t")
    table.obstacle = "row security hides rows of it from the configured user of blue";
  return table;
}

void add_column(ComparedTable& table, const Rows& rows, std::size_t row) {
  const auto name = rows.text(row, "attname");
  table.columns.push_back(name);
  // PostgreSQL 16 writes bytes of "char" beyond ASCII in another way.
  const bool is_byte = rows.text(row, "is_byte") == "t";
  table.texts.push_back(postgres::quote_identifier(name) + (is_byte ? "::int4" : "") + "::text");
  if (rows.at(row, "key_position")) table.key.push_back({name, rows.text(row, "type")});
}

std::vector<ComparedTable> tables_of(const Rows& rows) {
  std::vector<ComparedTable> tables;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto oid = number_in_answer<std::uint32_t>(rows.text(i, "oid"));
    if (tables.empty() || tables.back().oid != oid) tables.push_back(table_of(rows, i));
    add_column(tables.back(), rows, i);
  }
  return tables;
}

struct GreenTable {
  std::set<std::string> columns;
  bool hides_rows = false;
};

std::map<std::string, GreenTable> green_tables(const Rows& rows) {
  std::map<std::string, GreenTable> tables;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& table = tables[quoted_name(rows.text(i, "nspname"), rows.text(i, "relname"))];
    table.columns.insert(rows.text(i, "attname"));
    table.hides_rows = rows.text(i, "hides_rows") == "t";
  }
  return tables;
}

void compare_with_green(ComparedTable& table, const std::map<std::string, GreenTable>& green) {
  const auto found = green.find(table.name);
  if (found == green.end()) {
    table.obstacle = "green has no such table";
    return;
  }
  if (found->second.hides_rows)
    table.obstacle = "row security hides rows of it from the configured user of green";
  for (const auto& column : table.columns)
    if (!found->second.columns.contains(column))
      table.obstacle = "green's table has no column " + column;
}

}  // namespace

Task<Result<std::vector<ComparedTable>>> list_compared_tables(ServerSession& blue,
                                                              ServerSession& green,
                                                              DatabaseConfig database) {
  std::vector<std::string> publications;
  for (const auto& each : database.subscriptions) publications.push_back(each.publication);
  const auto rows = co_await blue.query(fmt::format(columns_sql, list_of_literals(publications)));
  if (!rows) co_return Error(rows.error());
  const auto there = co_await green.query(on_green_sql);
  if (!there) co_return Error(there.error());
  auto tables = tables_of(*rows);
  const auto on_green = green_tables(*there);
  for (auto& table : tables) compare_with_green(table, on_green);
  co_return tables;
}

Task<Result<std::vector<HeapPages>>> heaps_of(ServerSession& blue, std::uint32_t oid,
                                              std::chrono::milliseconds patience) {
  const auto rows = co_await query_patiently(
      blue,
      fmt::format("SELECT n.nspname, c.relname, "
                  "pg_relation_size(c.oid) / current_setting('block_size')::bigint AS pages "
                  "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                  "WHERE c.relkind = 'r' AND c.oid = ANY (ARRAY(SELECT {0}::oid UNION SELECT "
                  "relid::oid FROM pg_partition_tree({0}))) ORDER BY c.oid",
                  oid),
      patience);
  if (!rows) co_return Error(rows.error());
  std::vector<HeapPages> heaps;
  for (std::size_t i = 0; i < rows->size(); ++i)
    heaps.push_back({quoted_name(rows->text(i, "nspname"), rows->text(i, "relname")), 0,
                     number_in_answer<std::uint64_t>(rows->text(i, "pages"))});
  co_return heaps;
}

}  // namespace cutover
