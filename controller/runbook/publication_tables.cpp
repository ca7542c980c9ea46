#include "controller/runbook/publication_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controller/servers/replica_identity_sql.h"

namespace cutover {
namespace {

constexpr int first_version_with_roots = 130000;

constexpr const char* ordinary = R"(
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence = 'p' AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'cutover'))";

// PostGIS, pg_cron …: their owner may be nobody we are, and CREATE EXTENSION makes them anew.
constexpr const char* of_extension_of_another = R"(
  NOT pg_has_role(c.relowner, 'USAGE')
  AND EXISTS (SELECT FROM pg_depend AS e
              WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'))";

// The narrowest that PostgreSQL takes for REPLICA IDENTITY USING INDEX, and that is replicated.
constexpr const char* fitting_index = R"(
SELECT x.relname FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indisready AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL
  AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
                  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
                  WHERE k.position <= i.indnkeyatts
                    AND (NOT a.attnotnull OR a.attgenerated <> ''))
ORDER BY i.indnkeyatts, x.relname LIMIT 1)";

// The views of statistics would be read whole for every table.
constexpr const char* publishable_sql = R"(
SELECT nspname, relname, total.bytes, total.writes
FROM (SELECT c.oid, n.nspname, c.relname {} AND {} AND NOT ({})) AS listed
CROSS JOIN LATERAL (
  SELECT sum(pg_total_relation_size(member.relid)) AS bytes,
         sum(pg_stat_get_tuples_inserted(member.relid) + pg_stat_get_tuples_updated(member.relid)
             + pg_stat_get_tuples_deleted(member.relid)) AS writes
  FROM (SELECT listed.oid AS relid
        UNION SELECT relid FROM pg_partition_tree(listed.oid)) AS member) AS total
ORDER BY oid)";

}  // namespace

std::string publishable_tables_sql(int server_version) {
  const auto* kinds = server_version >= first_version_with_roots
                          ? "c.relkind IN ('r', 'p') AND NOT c.relispartition"
                          : "c.relkind = 'r'";
  return fmt::format(publishable_sql, ordinary, kinds, of_extension_of_another);
}

std::string tables_left_out_sql() {
  return fmt::format(
      "SELECT format('%I.%I', n.nspname, c.relname) AS name {} AND c.relkind IN ('r', 'p') AND {} "
      "ORDER BY name",
      ordinary, of_extension_of_another);
}

std::string tables_without_identity_sql() {
  return fmt::format(
      "SELECT * FROM (SELECT c.oid, n.nspname, c.relname, c.relreplident, "
      "format('%I.%I', n.nspname, c.relname) AS name, ({}) AS fitting {} AND c.relkind = 'r' "
      "AND NOT ({}) AND {}) AS lacking "
      "WHERE relreplident <> 'f' OR fitting IS NOT NULL ORDER BY name",
      fitting_index, ordinary, of_extension_of_another, lacks_replica_identity_sql());
}

std::string unidentifiable_tables_sql() {
  return fmt::format(
      "SELECT format('%I.%I', n.nspname, c.relname) AS name "
      "{} AND c.relkind = 'r' AND NOT ({}) AND {} AND NOT EXISTS ({}) AND {} ORDER BY name",
      ordinary, of_extension_of_another, lacks_replica_identity_sql(), fitting_index,
      full_identity_is_none_sql);
}

std::vector<std::vector<std::string>> spread(std::vector<SharedTable> tables, std::size_t parts) {
  std::stable_sort(tables.begin(), tables.end(), [](const auto& one, const auto& other) {
    return std::pair(one.writes, one.bytes) > std::pair(other.writes, other.bytes);
  });
  std::vector<std::vector<std::string>> lists(parts);
  std::vector<std::uint64_t> writes(parts);
  for (const auto& table : tables) {
    std::size_t least = 0;
    for (std::size_t i = 1; i < parts; ++i)
      if (std::pair(writes[i], lists[i].size()) < std::pair(writes[least], lists[least].size()))
        least = i;
    writes[least] += table.writes;
    lists[least].push_back(table.name);
  }
  return lists;
}

}  // namespace cutover
