#include "controller/servers/schema_hash.h"

#include <fmt/format.h>

#include "controller/servers/schema.h"

namespace cutover {
namespace {

// Differences between majors that are not differences of the schema, and so must not show:
// NOT NULL is a constraint in the catalogue from 18 on (17 for domains); constraints, indexes and
// triggers of partitions that came from their parent get names, or rows, by the server's own taste;
// attribute numbers count dropped columns. Definitions of constraints, indexes and triggers are
// deparsed alike from 12 on when the search path is pg_catalog alone.
constexpr const char* lines_sql = R"(
WITH spaces AS (
  SELECT oid, nspname FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'cutover')
), relations AS MATERIALIZED (
  SELECT c.oid, c.relkind, c.relpersistence, c.relispartition, c.relpartbound, c.relrowsecurity,
         c.relforcerowsecurity, s.nspname, c.relname, format('%I.%I', s.nspname, c.relname) AS name
  FROM pg_class AS c JOIN spaces AS s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'c') AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT FROM pg_depend AS d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), columns AS (
  SELECT a.attrelid,
         string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                              CASE WHEN a.attnotnull THEN 'not null' END,
                              nullif(a.attidentity, ''), nullif(a.attgenerated, ''),
                              CASE WHEN a.attcollation <> t.typcollation
                                   THEN (SELECT format('collate %I.%I', n.nspname, o.collname)
                                         FROM pg_collation AS o
                                         JOIN pg_namespace AS n ON n.oid = o.collnamespace
                                         WHERE o.oid = a.attcollation) END,
                              pg_get_expr(d.adbin, d.adrelid)),
                    ', ' ORDER BY a.attnum) AS definition
  FROM pg_attribute AS a JOIN relations AS r ON r.oid = a.attrelid
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped
  GROUP BY a.attrelid
), lines AS (
  SELECT 'table' AS kind, r.name AS object,
         concat_ws(' ', r.relkind, r.relpersistence, r.relrowsecurity, r.relforcerowsecurity,
                   pg_get_expr(r.relpartbound, r.oid),
                   CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
                   c.definition) AS definition
  FROM relations AS r LEFT JOIN columns AS c ON c.attrelid = r.oid
  UNION ALL
  SELECT 'inheritance', r.name, format('%I.%I', n.nspname, p.relname)
  FROM pg_inherits AS i JOIN relations AS r ON r.oid = i.inhrelid
  JOIN pg_class AS p ON p.oid = i.inhparent JOIN pg_namespace AS n ON n.oid = p.relnamespace
  UNION ALL
  SELECT 'constraint', r.name, pg_get_constraintdef(c.oid)
  FROM pg_constraint AS c JOIN relations AS r ON r.oid = c.conrelid
  WHERE c.contype <> 'n' AND c.contype <> 't' AND c.conparentid = 0
  UNION ALL
  SELECT 'index', r.name,
         concat_ws(' ', i.indisunique, i.indimmediate,
                   regexp_replace(pg_get_indexdef(i.indexrelid), '^.*? USING ', ''))
  FROM pg_index AS i JOIN relations AS r ON r.oid = i.indrelid
  WHERE i.indisvalid AND r.relkind <> 'p'
  UNION ALL
  SELECT 'trigger', r.name, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
  FROM pg_trigger AS t JOIN relations AS r ON r.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND NOT r.relispartition
    AND t.tgname NOT IN ('cutover_fence_blue', 'cutover_fence_green')
  UNION ALL
  SELECT 'sequence', format('%I.%I', s.nspname, c.relname),
         concat_ws(' ', format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, q.seqmin,
                   q.seqmax, q.seqcycle)
  FROM pg_sequence AS q JOIN pg_class AS c ON c.oid = q.seqrelid
  JOIN spaces AS s ON s.oid = c.relnamespace WHERE c.relpersistence <> 't'
  UNION ALL
  SELECT 'enum', format('%I.%I', s.nspname, t.typname),
         (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
          FROM pg_enum AS e WHERE e.enumtypid = t.oid)
  FROM pg_type AS t JOIN spaces AS s ON s.oid = t.typnamespace
  WHERE t.typtype = 'e'
    AND NOT EXISTS (SELECT FROM pg_depend AS d
                    WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'domain', format('%I.%I', s.nspname, t.typname),
         concat_ws(' ', format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
                   (SELECT string_agg(pg_get_constraintdef(c.oid), ' ' ORDER BY c.conname)
                    FROM pg_constraint AS c WHERE c.contypid = t.oid AND c.contype = 'c'))
  FROM pg_type AS t JOIN spaces AS s ON s.oid = t.typnamespace
  WHERE t.typtype = 'd'
    AND NOT EXISTS (SELECT FROM pg_depend AS d
                    WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
)
)";

// Definitions that cannot be altered in place (defaults, constraints, triggers) are told by their
// oids alone. Of indexes the oid does not count: REINDEX CONCURRENTLY makes them anew. Publications
// count as whole rows: their columns grew with the majors.
constexpr const char* fingerprint_sql = R"(
WITH relations AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relnamespace, c.relkind, c.relpersistence, c.relreplident
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'cutover')
    AND c.relkind IN ('r', 'p', 'f', 'c') AND c.relpersistence <> 't'
)
SELECT md5(concat_ws(E'\n',
  (SELECT string_agg(concat_ws(' ', oid, relname, relnamespace, relkind, relpersistence,
                               relreplident), ',' ORDER BY oid) FROM relations),
  (SELECT string_agg(concat_ws(' ', attrelid, attnum, attname, atttypid, atttypmod, attnotnull,
                               attidentity, attgenerated), ',' ORDER BY attrelid, attnum)
   FROM pg_attribute
   WHERE attnum > 0 AND NOT attisdropped AND attrelid IN (SELECT oid FROM relations)),
  (SELECT string_agg(concat_ws(' ', indrelid, indkey, indisunique, indisreplident), ','
                     ORDER BY indrelid, indkey::text, indisunique, indisreplident)
   FROM pg_index WHERE indisvalid AND indrelid IN (SELECT oid FROM relations)),
  (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_constraint
   WHERE conrelid IN (SELECT oid FROM relations)),
  (SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_attrdef
   WHERE adrelid IN (SELECT oid FROM relations)),
  (SELECT string_agg(concat_ws(' ', inhrelid, inhparent), ',' ORDER BY inhrelid, inhparent)
   FROM pg_inherits WHERE inhrelid IN (SELECT oid FROM relations)),
  (SELECT string_agg(concat_ws(' ', oid, enumlabel), ',' ORDER BY oid) FROM pg_enum),
  (SELECT string_agg(concat_ws(' ', oid, tgenabled), ',' ORDER BY oid) FROM pg_trigger
   WHERE NOT tgisinternal AND tgname NOT IN ('cutover_fence_blue', 'cutover_fence_green')
     AND tgrelid NOT IN (SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n
                         ON n.oid = c.relnamespace WHERE n.nspname = 'cutover')),
  (SELECT string_agg(concat_ws(' ', s.seqrelid, s.seqtypid, s.seqincrement, s.seqmin, s.seqmax,
                               s.seqcycle), ',' ORDER BY s.seqrelid)
   FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid
   WHERE c.relpersistence <> 't'),
  (SELECT string_agg((to_jsonb(p) - 'pubowner')::text, ',' ORDER BY oid) FROM pg_publication AS p
   WHERE pubname IN ({0})),
  (SELECT string_agg(to_jsonb(r)::text, ',' ORDER BY r.oid) FROM pg_publication_rel AS r
   JOIN pg_publication AS p ON p.oid = r.prpubid WHERE p.pubname IN ({0})){1})) AS hash)";

constexpr int first_version_that_publishes_schemas = 150000;

constexpr const char* schemas_of_publications_sql = R"(,
  (SELECT string_agg(to_jsonb(s)::text, ',' ORDER BY s.oid) FROM pg_publication_namespace AS s
   JOIN pg_publication AS p ON p.oid = s.pnpubid WHERE p.pubname IN ({})))";

}  // namespace

std::string catalogue_fingerprint_sql(const std::vector<std::string>& publications,
                                      int server_version) {
  const auto names = list_of_literals(publications);
  const bool knows_schemas = server_version >= first_version_that_publishes_schemas;
  return fmt::format(fingerprint_sql, names,
                     knows_schemas ? fmt::format(schemas_of_publications_sql, names) : "");
}

std::string schema_lines_sql() {
  return std::string(lines_sql) +
         "SELECT kind, object, definition FROM lines "
         "ORDER BY object COLLATE \"C\", kind COLLATE \"C\", "
         "definition COLLATE \"C\"";
}

std::string schema_hash_sql() {
  return std::string(lines_sql) +
         "SELECT md5(coalesce(string_agg(concat_ws(' ', kind, object, definition), E'\\n' "
         "ORDER BY object COLLATE \"C\", kind COLLATE \"C\", definition COLLATE \"C\"), '')) "
         "AS hash FROM lines";
}

}  // namespace cutover
