// What logical replication leaves behind: each kind has a check of its own.
#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

/// A partitioned parent has no rows of its own, and an empty table nothing to lose.
constexpr auto unlogged_sql = R"sql(
  SELECT CASE WHEN pg_relation_size(c.oid) > 0 THEN 'fail' ELSE 'warn' END AS outcome,
         CASE WHEN pg_relation_size(c.oid) > 0 THEN 'unlogged, its rows stay behind'
              ELSE 'unlogged and empty' END AS label,
         c.oid::regclass::text AS object
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND c.relpersistence = 'u' AND n.nspname !~ '^pg_'
   ORDER BY 3)sql";

Task<Finding> unlogged_tables(const CheckContext& context) {
  return ask_offenders(context, {.sql = unlogged_sql,
                                 .none = "none",
                                 .hint = "on blue: ALTER TABLE … SET LOGGED and publish it; or "
                                         "waive it when green may start with an empty one"});
}

constexpr auto large_objects_sql = R"sql(
  SELECT 'fail' AS outcome, 'large objects stay behind' AS label, count(*)::text AS object
    FROM pg_largeobject_metadata
  HAVING count(*) > 0)sql";

Task<Finding> large_objects(const CheckContext& context) {
  return ask_offenders(context, {.sql = large_objects_sql,
                                 .none = "none",
                                 .hint = "move them into bytea columns, or copy them by hand and "
                                         "waive this"});
}

constexpr auto materialized_views_sql = R"sql(
  SELECT format('%I.%I', n.nspname, c.relname) AS object,
         CASE WHEN c.relispopulated THEN 'populated' ELSE 'not populated' END AS value
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'm')sql";

constexpr auto stale_views_sql = R"sql(
  SELECT 'warn' AS outcome, 'will be as old as green''s last REFRESH' AS label,
         c.oid::regclass::text AS object
    FROM pg_class c
   WHERE c.relkind = 'm' AND c.relispopulated
   ORDER BY 3)sql";

Task<Finding> materialized_views(const CheckContext& context) {
  Evidence evidence;
  const Comparison same{
      .sql = materialized_views_sql, .subject = "materialized views", .show_values = true};
  co_await gather_differences(context, same, evidence);
  const Offenders stale{.side = Side::green, .sql = stale_views_sql};
  co_await gather_offenders(context, stale, evidence);
  co_return evidence.finding("none", "on green, shortly before: REFRESH MATERIALIZED VIEW …");
}

constexpr auto expressions_sql = R"sql(
  SELECT format('%s.%I', c.oid::regclass, a.attname) AS object,
         pg_get_expr(d.adbin, d.adrelid) AS value
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE a.attgenerated <> '' AND NOT a.attisdropped
     AND n.nspname !~ '^(pg_|information_schema$|cutover$)')sql";

constexpr auto computed_sql = R"sql(
  SELECT 'warn' AS outcome, 'computed by green itself' AS label,
         format('%s.%I', c.oid::regclass, a.attname) AS object
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE a.attgenerated = 's' AND NOT a.attisdropped
     AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
   ORDER BY 3)sql";

Task<Finding> generated_columns(const CheckContext& context) {
  Evidence evidence;
  const Comparison same{.sql = expressions_sql,
                        .subject = "generated columns",
                        .extra = CheckOutcome::fail,
                        .show_values = true};
  co_await gather_differences(context, same, evidence);
  const Offenders computed{.side = Side::blue, .sql = computed_sql};
  co_await gather_offenders(context, computed, evidence);
  co_return evidence.finding("none",
                             "their functions have to give the same on both versions; compare the "
                             "columns with checks.same_rows");
}

}  // namespace

std::vector<Check> uncopied_checks() {
  return {
      {"unlogged_tables", "No unlogged table has rows: they are not replicated.", false,
       unlogged_tables},
      {"large_objects", "There are no large objects: they are not replicated.", false,
       large_objects},
      {"materialized_views", "Every materialized view is populated on green as on blue.", false,
       materialized_views},
      {"generated_columns", "Generated columns are computed in the same way on both sides.", false,
       generated_columns},
  };
}

}  // namespace cutover
