#include "controller/runbook/publication_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cutover {
namespace {

constexpr int first_version_with_roots = 130000;

constexpr const char* ordinary = R"(
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence = 'p' AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'cutover'))";

// The narrowest that PostgreSQL takes for REPLICA IDENTITY USING INDEX.
constexpr const char* fitting_index = R"(
SELECT x.relname FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indisready AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL
  AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
                  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
                  WHERE k.position <= i.indnkeyatts AND NOT a.attnotnull)
ORDER BY i.indnkeyatts, x.relname LIMIT 1)";

}  // namespace

std::string publishable_tables_sql(int server_version) {
  const auto* kinds = server_version >= first_version_with_roots
                          ? "c.relkind IN ('r', 'p') AND NOT c.relispartition"
                          : "c.relkind = 'r'";
  return fmt::format(
      "SELECT n.nspname, c.relname, "
      "(SELECT coalesce(sum(pg_total_relation_size(t.relid)), pg_total_relation_size(c.oid)) "
      " FROM pg_partition_tree(c.oid) AS t) AS bytes, "
      "(SELECT coalesce(sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0) "
      " FROM pg_stat_user_tables AS s WHERE s.relid = c.oid "
      "   OR s.relid IN (SELECT relid FROM pg_partition_tree(c.oid))) AS writes {} AND {} ORDER BY "
      "c.oid",
      ordinary, kinds);
}

std::string tables_without_identity_sql() {
  return fmt::format(
      "SELECT c.oid, n.nspname, c.relname, c.relreplident, "
      "format('%I.%I', n.nspname, c.relname) AS name, ({}) AS fitting {} AND c.relkind = 'r' "
      "AND (c.relreplident = 'n' "
      " OR c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index AS i "
      "    WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate) "
      " OR c.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index AS i "
      "    WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid)) ORDER BY name",
      fitting_index, ordinary);
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
