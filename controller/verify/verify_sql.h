// The SQL of `verify`: the same text on both sides, so that both compute the same. Pure.
//
// Rows are told apart and digested inside the servers; the sum of digests does not depend on the
// order of rows. Chunk bounds are compared by each server in the order of its own key index: where
// the two orders differ (another collation, another C library), a chunk may hold other rows on the
// other side, which costs a second look by key and never changes a verdict, since any sequence of
// bounds covers every row of either side.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/verify/compared_table.h"

namespace cutover {

/// Rows with from <= key < to; an absent bound is open.
struct KeyRange {
  std::optional<RowKey> from;
  std::optional<RowKey> to;
};

/// One row: n, digest.
std::string digest_sql(const ComparedTable& table, const KeyRange& range);

/// The lower bound of the chunk of `rows` rows below `to`: k0, k1 …; no row when fewer are left.
std::string lower_bound_sql(const ComparedTable& table, const std::optional<RowKey>& to,
                            std::uint64_t rows);

/// Every row of the range: k0, k1 …, digest.
std::string rows_in_range_sql(const ComparedTable& table, const KeyRange& range);

/// These rows: k0, k1 …, digest, version. A version is unlike any other of the same row: where it
/// stands and who wrote it. Rows of a table without key are counted: digest is then their number.
std::string rows_by_key_sql(const ComparedTable& table, const std::vector<RowKey>& keys);

/// The same rows as JSON: k0, k1 …, data.
std::string data_by_key_sql(const ComparedTable& table, const std::vector<RowKey>& keys);

/// Of a table without key: bucket, n, digest of each of `buckets` shares of its rows.
std::string bucket_digests_sql(const ComparedTable& table, std::uint32_t buckets);

/// Rows of these buckets: k0 (the row's digest), digest (their number).
std::string rows_in_buckets_sql(const ComparedTable& table, std::uint32_t buckets,
                                const std::vector<std::string>& wanted);

struct HeapPages {
  std::string heap;  ///< quoted and qualified
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

/// Of a range of pages on blue: k0, k1 …, digest of rows written since the publications were made.
/// Those written while green was cloned are among them.
std::string recent_rows_sql(const ComparedTable& table, const HeapPages& pages,
                            const std::vector<std::string>& publications, int server_version);

}  // namespace cutover
