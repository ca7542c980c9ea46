#include "controller/servers/catalogue_version.h"

#include <fmt/format.h>

#include "controller/servers/schema.h"

namespace cutover {
namespace {

constexpr int first_version_with_published_schemas = 150000;

// pg_attribute is read by its index, a table at a time (OFFSET keeps it so): most of its rows are
// of indexes. The others are read whole, and joined once. Statistics and vacuum write in place, and
// so do not show.
constexpr const char* schema_sql = R"(
WITH relations AS MATERIALIZED (
  SELECT c.oid, c.xmin, c.relkind
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'cutover')
    AND c.relkind IN ('r', 'p', 'f', 'c', 'S') AND c.relpersistence <> 't'
), tables AS MATERIALIZED (SELECT oid, xmin FROM relations WHERE relkind <> 'S')
SELECT concat_ws('/',
  (SELECT concat_ws(' ', count(*), sum(oid::bigint), sum(xmin::text::bigint)) FROM tables),
  (SELECT concat_ws(' ', count(*), sum(a.xmin::text::bigint))
   FROM tables AS t, LATERAL (SELECT xmin FROM pg_attribute
                              WHERE attrelid = t.oid AND attnum > 0 OFFSET 0) AS a),
  (SELECT concat_ws(' ', count(*), sum(part.xmin::text::bigint))
   FROM relations AS r JOIN (
     SELECT indrelid, xmin FROM pg_index UNION ALL SELECT conrelid, xmin FROM pg_constraint
     UNION ALL SELECT adrelid, xmin FROM pg_attrdef UNION ALL SELECT inhrelid, xmin FROM pg_inherits
     UNION ALL SELECT seqrelid, xmin FROM pg_sequence) AS part(oid, xmin) ON part.oid = r.oid),
  (SELECT concat_ws(' ', count(*), sum(xmin::text::bigint)) FROM pg_trigger
   WHERE NOT tgisinternal AND tgname NOT IN ('cutover_fence_blue', 'cutover_fence_green')
     AND tgrelid NOT IN (SELECT c.oid FROM pg_class AS c
                         JOIN pg_namespace AS n ON n.oid = c.relnamespace
                         WHERE n.nspname = 'cutover')),
  (SELECT concat_ws(' ', count(*), sum(xmin::text::bigint)) FROM pg_enum),
  (SELECT concat_ws(' ', count(*), sum(xmin::text::bigint)) FROM pg_namespace
   WHERE nspname !~ '^pg_'),
  (SELECT concat_ws(' ', count(*), sum(xmin::text::bigint)) FROM pg_publication),
  (SELECT concat_ws(' ', count(*), sum(xmin::text::bigint)) FROM pg_publication_rel){}) AS version)";

constexpr const char* published_schemas_sql = R"(,
  (SELECT concat_ws(' ', count(*), sum(xmin::text::bigint)) FROM pg_publication_namespace))";

constexpr const char* subscribed_version = R"(
SELECT concat_ws(' ', count(*), sum(r.srrelid::bigint), sum(r.xmin::text::bigint),
                 sum(c.xmin::text::bigint), sum(n.xmin::text::bigint),
                 min(r.srsubstate), max(r.srsubstate)) AS version
FROM pg_subscription_rel AS r JOIN pg_subscription AS s ON s.oid = r.srsubid
JOIN pg_class AS c ON c.oid = r.srrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE s.subname IN ({}) AND s.subdbid = (SELECT oid FROM pg_database
                                         WHERE datname = current_database()))";

}  // namespace

std::string schema_version_sql(int server_version) {
  const bool knows_schemas = server_version >= first_version_with_published_schemas;
  return fmt::format(schema_sql, knows_schemas ? published_schemas_sql : "");
}

std::string subscribed_version_sql(const std::vector<std::string>& subscriptions) {
  return fmt::format(subscribed_version, list_of_literals(subscriptions));
}

}  // namespace cutover
