#include "controller/runbook/publication_tables.h"

#include <fmt/format.h>

#include <algorithm>

namespace cutover {
namespace {

constexpr int first_version_with_roots = 130000;

constexpr const char* ordinary = R"(
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence = 'p' AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'cutover'))";

}  // namespace

std::string publishable_tables_sql(int server_version) {
  const auto* kinds = server_version >= first_version_with_roots
                          ? "c.relkind IN ('r', 'p') AND NOT c.relispartition"
                          : "c.relkind = 'r'";
  return fmt::format(
      "SELECT n.nspname, c.relname, "
      "(SELECT coalesce(sum(pg_total_relation_size(t.relid)), pg_total_relation_size(c.oid)) "
      " FROM pg_partition_tree(c.oid) AS t) AS bytes {} AND {} ORDER BY c.oid",
      ordinary, kinds);
}

std::string tables_without_identity_sql() {
  return fmt::format(
      "SELECT format('%I.%I', n.nspname, c.relname) AS name {} AND c.relkind = 'r' "
      "AND (c.relreplident = 'n' "
      " OR c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index AS i "
      "    WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate) "
      " OR c.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index AS i "
      "    WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid)) ORDER BY 1",
      ordinary);
}

std::vector<std::vector<std::string>> spread(std::vector<SizedTable> tables, std::size_t parts) {
  std::stable_sort(tables.begin(), tables.end(),
                   [](const auto& one, const auto& other) { return one.bytes > other.bytes; });
  std::vector<std::vector<std::string>> lists(parts);
  for (std::size_t i = 0; i < tables.size(); ++i) lists[i % parts].push_back(tables[i].name);
  return lists;
}

}  // namespace cutover
