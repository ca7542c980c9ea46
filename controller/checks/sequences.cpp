// Sequences: the same on both sides, and no column above its own.
#include <fmt/format.h>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

/// Values are left out: they are brought over in the pause.
constexpr auto sequences_sql = R"sql(
  SELECT format('%I.%I', n.nspname, c.relname) AS object,
         format('%s from %s to %s by %s%s', format_type(s.seqtypid, NULL), s.seqmin, s.seqmax,
                s.seqincrement, CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END) AS value
    FROM pg_sequence s
    JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relpersistence <> 't' AND n.nspname !~ '^(pg_|information_schema$|cutover$)')sql";

Task<Finding> sequences(const CheckContext& context) {
  return ask_both(context, {.sql = sequences_sql,
                            .subject = "sequences",
                            .none = "blue and green have the same sequences",
                            .hint = "make the same CREATE or ALTER SEQUENCE on green",
                            .show_values = true});
}

/// Columns that take their values from a sequence, by ownership (serial, identity) or by default.
/// A table is asked for its extreme only where that costs nothing: by an index that the column
/// leads, or when it is small. `extreme` is SQL, run by the second question; NULL: too costly.
constexpr auto owned_columns_sql = R"sql(
  WITH feeds AS (
    SELECT d.refobjid AS relid, d.refobjsubid AS attnum, d.objid AS seqid
      FROM pg_depend d
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
     UNION
    SELECT a.adrelid, a.adnum, d.refobjid
      FROM pg_attrdef a
      JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
                      AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n')
  SELECT DISTINCT format('%s.%I', c.oid::regclass, a.attname) AS object,
         CASE WHEN c.relkind = 'r' AND c.relpages < 1000 OR EXISTS (
                     SELECT FROM pg_index i
                       JOIN pg_class ic ON ic.oid = i.indexrelid
                       JOIN pg_am m ON m.oid = ic.relam AND m.amname = 'btree'
                      WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indisvalid
                        AND i.indpred IS NULL)
              THEN format('(SELECT %s(%I)::numeric FROM %s)',
                          CASE WHEN s.seqincrement > 0 THEN 'max' ELSE 'min' END, a.attname,
                          c.oid::regclass)
         END AS extreme,
         s.seqrelid AS seqid, s.seqincrement > 0 AS ascending
    FROM feeds f
    JOIN pg_class c ON c.oid = f.relid AND c.relkind IN ('r', 'p')
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = f.relid AND a.attnum = f.attnum AND NOT a.attisdropped
    JOIN pg_sequence s ON s.seqrelid = f.seqid
   WHERE NOT s.seqcycle AND c.relpersistence <> 't'
     AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
     AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
   ORDER BY 1)sql";

/// Sequences know no snapshots: within one statement their value is read after the rows were
/// seen, so a writer in between can only make it larger and gives no false alarm. A sequence that
/// was never called has no last value: any row at all is then above it, if it starts there.
std::string extremes_sql(const postgres::Rows& columns, std::size_t first, std::size_t last) {
  std::string sql;
  for (std::size_t row = first; row < last; ++row) {
    if (!columns.at(row, "extreme")) continue;
    const bool ascending = columns.text(row, "ascending") == "t";
    if (!sql.empty()) sql += "\n UNION ALL ";
    sql += fmt::format(
        "SELECT 'fail' AS outcome, 'beyond its sequence' AS label, "
        "format('%s (%s, sequence at %s)', {}, found, coalesce(reached::text, 'its start')) "
        "AS object FROM (SELECT extreme AS found, pg_sequence_last_value({}::oid::regclass) AS "
        "reached FROM (SELECT {} AS extreme OFFSET 0) column_values) seen "
        "WHERE found {} coalesce(reached, (SELECT seqstart - seqincrement FROM pg_sequence WHERE "
        "seqrelid = {}::oid))",
        postgres::quote_literal(columns.text(row, "object")), columns.text(row, "seqid"),
        columns.text(row, "extreme"), ascending ? ">" : "<", columns.text(row, "seqid"));
  }
  return sql;
}

void warn_of_costly(const CheckContext& context, const CheckedDatabase& database,
                    const postgres::Rows& columns, Evidence& evidence) {
  for (std::size_t row = 0; row < columns.size(); ++row)
    if (!columns.at(row, "extreme"))
      evidence.warn("not looked at, large and without an index on it",
                    prefix_of(context, database) + columns.text(row, "object"));
}

Task<void> gather_extremes(const CheckContext& context, const CheckedDatabase& database,
                           const postgres::Rows& columns, Evidence& evidence) {
  constexpr std::size_t chunk = 100;
  for (std::size_t first = 0; first < columns.size(); first += chunk) {
    std::string sql = extremes_sql(columns, first, std::min(first + chunk, columns.size()));
    if (sql.empty()) continue;
    const auto rows = co_await database.blue.ask(std::move(sql));
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
}

Task<Finding> columns_above_sequences(const CheckContext& context) {
  Evidence evidence;
  std::size_t looked_at = 0;
  for (const CheckedDatabase& database : context.databases) {
    const auto columns = co_await database.blue.ask(owned_columns_sql);
    if (!columns) {
      evidence.unknown(columns.error());
      continue;
    }
    looked_at += columns->size();
    warn_of_costly(context, database, *columns, evidence);
    co_await gather_extremes(context, database, *columns, evidence);
  }
  co_return evidence.finding(
      count_of(looked_at, "column") + " within their sequences",
      "inserts will meet duplicate keys; on blue: SELECT setval('SEQUENCE', max(COLUMN)) FROM …");
}

}  // namespace

std::vector<Check> sequence_checks() {
  return {
      {"sequences", "Green has every sequence of blue, of the same kind.", true, sequences},
      {"columns_above_sequences", "No column holds values its sequence has yet to give out.", false,
       columns_above_sequences},
  };
}

}  // namespace cutover
