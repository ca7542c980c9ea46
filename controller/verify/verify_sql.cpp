#include "controller/verify/verify_sql.h"

#include <fmt/format.h>

#include "common/postgres/connection.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr int first_version_with_tid_ranges = 140000;
/// Of a page, for the least row there can be: no page holds more of them.
constexpr int bytes_of_a_row = 28;

/// Inherited rows belong to the child, which is published by itself.
std::string source(const ComparedTable& table) {
  return (table.partitioned ? "" : "ONLY ") + table.name;
}

/// An array's text quotes what it must by fixed rules; that of a row asks the locale.
std::string digest_of_row(const ComparedTable& table) {
  std::string texts;
  for (const auto& text : table.texts) texts += (texts.empty() ? "" : ", ") + text;
  return "hashtextextended((ARRAY[" + texts + "]::text[])::text COLLATE \"C\", 0)";
}

std::string key_texts(const ComparedTable& table) {
  std::string list;
  for (std::size_t i = 0; i < table.key.size(); ++i)
    list += fmt::format("{}::text AS k{}, ", quote_identifier(table.key[i].name), i);
  return list;
}

std::string key_row(const ComparedTable& table) {
  std::string list;
  for (const auto& column : table.key)
    list += (list.empty() ? "(" : ", ") + quote_identifier(column.name);
  return list + ")";
}

std::string literal_row(const ComparedTable& table, const RowKey& key) {
  std::string list;
  for (std::size_t i = 0; i < key.size(); ++i)
    list += (list.empty() ? "(" : ", ") + quote_literal(key[i]) + "::" + table.key[i].type;
  return list + ")";
}

std::string where(const ComparedTable& table, const KeyRange& range) {
  std::string condition;
  if (range.from) condition = key_row(table) + " >= " + literal_row(table, *range.from);
  if (range.to)
    condition +=
        (condition.empty() ? "" : " AND ") + key_row(table) + " < " + literal_row(table, *range.to);
  return condition.empty() ? "" : " WHERE " + condition;
}

std::string descending(const ComparedTable& table) {
  std::string order;
  for (const auto& column : table.key)
    order += (order.empty() ? "" : ", ") + quote_identifier(column.name) + " DESC";
  return order;
}

std::string where_key_is_one_of(const ComparedTable& table, const std::vector<RowKey>& keys) {
  std::string list;
  for (const auto& key : keys) list += (list.empty() ? "" : ", ") + literal_row(table, key);
  return fmt::format("{} IN ({})", key_row(table), list);
}

std::string digests_of(const std::vector<RowKey>& keys) {
  std::string list;
  for (const auto& key : keys) list += (list.empty() ? "" : ", ") + quote_literal(key.front());
  return list;
}

constexpr const char* version = "concat_ws(' ', tableoid, ctid, xmin, xmax)";

}  // namespace

std::string digest_sql(const ComparedTable& table, const KeyRange& range) {
  return fmt::format("SELECT count(*) AS n, coalesce(sum({}), 0) AS digest FROM {}{}",
                     digest_of_row(table), source(table), where(table, range));
}

std::string lower_bound_sql(const ComparedTable& table, const std::optional<RowKey>& to,
                            std::uint64_t rows) {
  return fmt::format("SELECT {}1 AS one FROM {}{} ORDER BY {} OFFSET {} LIMIT 1", key_texts(table),
                     source(table), where(table, {std::nullopt, to}), descending(table),
                     rows == 0 ? 0 : rows - 1);
}

std::string rows_in_range_sql(const ComparedTable& table, const KeyRange& range) {
  return fmt::format("SELECT {}{} AS digest FROM {}{}", key_texts(table), digest_of_row(table),
                     source(table), where(table, range));
}

std::string rows_by_key_sql(const ComparedTable& table, const std::vector<RowKey>& keys) {
  if (!table.key.empty())
    return fmt::format("SELECT {}{} AS digest, {} AS version FROM {} WHERE {}", key_texts(table),
                       digest_of_row(table), version, source(table),
                       where_key_is_one_of(table, keys));
  return fmt::format(
      "SELECT k0, count(*) AS digest, string_agg(version, ',' ORDER BY version) AS version "
      "FROM (SELECT {} AS k0, {} AS version FROM {}) AS found WHERE k0 IN ({}) GROUP BY k0",
      digest_of_row(table), version, source(table), digests_of(keys));
}

std::string data_by_key_sql(const ComparedTable& table, const std::vector<RowKey>& keys) {
  std::string columns;
  for (const auto& column : table.columns)
    columns += (columns.empty() ? "" : ", ") + quote_identifier(column);
  const auto data = fmt::format("(SELECT to_jsonb(shown) FROM (SELECT {}) AS shown)", columns);
  if (!table.key.empty())
    return fmt::format("SELECT {}{} AS data FROM {} WHERE {}", key_texts(table), data,
                       source(table), where_key_is_one_of(table, keys));
  return fmt::format(
      "SELECT DISTINCT ON (k0) k0, data FROM (SELECT {} AS k0, {} AS data FROM {}) "
      "AS found WHERE k0 IN ({})",
      digest_of_row(table), data, source(table), digests_of(keys));
}

std::string bucket_digests_sql(const ComparedTable& table, std::uint32_t buckets) {
  return fmt::format(
      "SELECT k0 & {} AS bucket, count(*) AS n, sum(k0) AS digest "
      "FROM (SELECT {} AS k0 FROM {}) AS found GROUP BY 1",
      buckets - 1, digest_of_row(table), source(table));
}

std::string rows_in_buckets_sql(const ComparedTable& table, std::uint32_t buckets,
                                const std::vector<std::string>& wanted) {
  std::string list;
  for (const auto& bucket : wanted) list += (list.empty() ? "" : ", ") + bucket;
  return fmt::format(
      "SELECT k0, count(*) AS digest FROM (SELECT {} AS k0 FROM {}) AS found "
      "WHERE k0 & {} IN ({}) GROUP BY k0",
      digest_of_row(table), source(table), buckets - 1, list);
}

std::string recent_rows_sql(const ComparedTable& table, const HeapPages& pages,
                            const std::vector<std::string>& publications, int server_version) {
  const auto range =
      server_version >= first_version_with_tid_ranges
          ? fmt::format("ctid >= '({},0)'::tid AND ctid < '({},0)'::tid", pages.from, pages.to)
          : fmt::format(
                "ctid = ANY (ARRAY(SELECT format('(%s,%s)', page, item)::tid "
                "FROM generate_series({}, {}) AS page, generate_series(1, "
                "current_setting('block_size')::int / {}) AS item))",
                pages.from, pages.to - 1, bytes_of_a_row);
  std::string names;
  for (const auto& name : publications) names += (names.empty() ? "" : ", ") + quote_literal(name);
  return fmt::format(
      "SELECT {}{} AS digest FROM ONLY {} WHERE {} AND age(xmin) <= "
      "(SELECT max(age(p.xmin)) FROM pg_publication AS p WHERE p.pubname IN ({}))",
      key_texts(table), digest_of_row(table), pages.heap, range, names);
}

}  // namespace cutover
