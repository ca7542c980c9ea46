// Do blue and green have the same tables and everything around them. Compared object by object, so
// that a difference has a name; fence triggers and schema `cutover` are left out.
#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

/// What rows are made of. The place counts too: INSERT without a column list depends on it.
/// Replication goes by names, so dropped columns may differ.
constexpr auto columns_sql = R"sql(
  SELECT format('%I.%I.%I', n.nspname, c.relname, a.attname) AS object,
         concat_ws(' ', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
                   format_type(a.atttypid, a.atttypmod),
                   CASE WHEN a.attnotnull THEN 'not null' END,
                   CASE WHEN a.attidentity <> '' THEN 'identity ' || a.attidentity::text END,
                   CASE WHEN a.attgenerated <> '' THEN 'generated' END) AS value
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
     AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
     AND NOT EXISTS (SELECT FROM pg_depend e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                        AND e.deptype = 'e'))sql";

Task<Finding> schema(const CheckContext& context) {
  return ask_both(context, {.sql = columns_sql,
                            .subject = "columns",
                            .none = "blue and green have the same tables and columns",
                            .hint = "make the same DDL on both sides, on green first, and no "
                                    "migrations until the cutover is done",
                            .extra = CheckOutcome::fail,
                            .show_values = true});
}

/// Triggers of constraints are internal. What a partition has from its root, and the copies of a
/// foreign key for each partition it refers to, get names, or rows, by the server's own taste: the
/// root's tell them. From 18 on NOT NULL is a constraint too (contype n); the columns tell it
/// already.
constexpr auto table_objects_sql = R"sql(
  WITH tables AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relrowsecurity AS secured
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm', 'v')
       AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
       AND NOT EXISTS (SELECT FROM pg_depend e
                        WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                          AND e.deptype = 'e'))
  SELECT format('relation %s', t.name) AS object, t.secured::text AS value
    FROM tables t
  UNION ALL
  SELECT format('default of %s.%I', t.name, a.attname), pg_get_expr(d.adbin, d.adrelid)
    FROM tables t
    JOIN pg_attrdef d ON d.adrelid = t.oid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.adnum
   WHERE a.attgenerated = ''
  UNION ALL
  SELECT format('constraint %I of %s', k.conname, t.name), pg_get_constraintdef(k.oid)
    FROM tables t
    JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype IN ('c', 'f', 'p', 'u', 'x')
                        AND k.conparentid = 0
  UNION ALL
  SELECT format('index %I of %s', i.relname, t.name),
         concat_ws(' ', pg_get_indexdef(i.oid), CASE WHEN NOT x.indisvalid THEN 'invalid' END)
    FROM tables t
    JOIN pg_index x ON x.indrelid = t.oid
    JOIN pg_class i ON i.oid = x.indexrelid
  UNION ALL
  SELECT format('trigger %I of %s', g.tgname, t.name),
         concat_ws(' ', pg_get_triggerdef(g.oid), g.tgenabled)
    FROM tables t
    JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
    JOIN pg_proc f ON f.oid = g.tgfoid
    JOIN pg_namespace n ON n.oid = f.pronamespace
   WHERE n.nspname <> 'cutover' AND coalesce(to_jsonb(g) ->> 'tgparentid', '0') = '0'
  UNION ALL
  SELECT format('policy %I of %s', p.polname, t.name),
         concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, t.oid),
                   pg_get_expr(p.polwithcheck, t.oid))
    FROM tables t
    JOIN pg_policy p ON p.polrelid = t.oid)sql";

/// Views are compared by name and columns only: every major prints their text in its own way.
constexpr auto other_objects_sql = R"sql(
  SELECT format('function %s', f.oid::regprocedure) AS object,
         md5(concat_ws(' ', f.prorettype::regtype, f.prosrc, f.prosecdef, f.proconfig)) AS value
    FROM pg_proc f
    JOIN pg_namespace n ON n.oid = f.pronamespace
   WHERE n.nspname !~ '^(pg_|information_schema$|cutover$)'
     AND NOT EXISTS (SELECT FROM pg_depend e
                      WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid
                        AND e.deptype = 'e')
  UNION ALL
  SELECT format('enum %s', t.oid::regtype), string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
    FROM pg_enum e
    JOIN pg_type t ON t.oid = e.enumtypid
    JOIN pg_namespace n ON n.oid = t.typnamespace
   WHERE n.nspname !~ '^(pg_|information_schema$|cutover$)'
   GROUP BY t.oid
  UNION ALL
  SELECT format('view column %I.%I.%I', n.nspname, c.relname, a.attname),
         format_type(a.atttypid, a.atttypmod)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
     AND NOT EXISTS (SELECT FROM pg_depend e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                        AND e.deptype = 'e'))sql";

Task<Finding> schema_objects(const CheckContext& context) {
  Evidence evidence;
  for (const auto* sql : {table_objects_sql, other_objects_sql}) {
    const Comparison question{.sql = sql, .subject = "objects"};
    co_await gather_differences(context, question, evidence);
  }
  co_return evidence.finding(
      "defaults, constraints, indexes, triggers, policies, functions and types are the same",
      "compare pg_dump --schema-only of both sides; waive it when only the wording of two majors "
      "differs");
}

}  // namespace

std::vector<Check> schema_checks() {
  return {
      {"schema", "Blue and green have the same tables with the same columns.", true, schema},
      {"schema_objects",
       "Blue and green have the same defaults, constraints, indexes, triggers, policies, "
       "functions, enums and views.",
       false, schema_objects},
  };
}

}  // namespace cutover
