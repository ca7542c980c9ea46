#include "controller/verify/compare_piece.h"

#include <algorithm>

#include "common/async/within.h"
#include "common/base/number.h"
#include "controller/servers/sqlstates.h"

namespace cutover {
namespace {

/// Shares of a table without key: only those that differ are listed row by row.
constexpr std::uint32_t buckets = 1024;

using Clock = std::chrono::steady_clock;

constexpr int tries = 5;
constexpr std::chrono::seconds between_tries{1};

Task<VerifyAnswer<PieceVerdict>> look_again(const ComparedTable& table, std::vector<RowKey> keys,
                                            PieceVerdict verdict, PieceWork& work) {
  verdict.looked_again = keys.size();
  if (keys.empty()) co_return verdict;
  const auto settled = co_await settle(table, std::move(keys), work.pair, work.watch, work.settle);
  if (!settled) co_return settled.error();
  verdict.settled = *settled;
  co_return verdict;
}

Task<VerifyAnswer<PieceVerdict>> compare_chunk(const ComparedTable& table, KeyRange range,
                                               PieceWork& work) {
  const auto digests = co_await ask_both(work.pair, digest_sql(table, range));
  if (!digests) co_return digests.error();
  PieceVerdict verdict;
  verdict.rows = number_in_answer<std::uint64_t>(digests->blue.text(0, "n"));
  if (digests->blue.text(0, "n") == digests->green.text(0, "n") &&
      digests->blue.text(0, "digest") == digests->green.text(0, "digest"))
    co_return verdict;
  const auto rows = co_await ask_both(work.pair, rows_in_range_sql(table, range));
  if (!rows) co_return rows.error();
  auto keys = unequal_keys(looks_of(table, rows->blue), looks_of(table, rows->green));
  auto found = co_await look_again(table, std::move(keys), verdict, work);
  co_return found;
}

using Buckets = std::map<std::string, std::string>;

Buckets buckets_of(const postgres::Rows& rows, std::uint64_t& total) {
  Buckets found;
  total = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    found[rows.text(i, "bucket")] = rows.text(i, "n") + " " + rows.text(i, "digest");
    total += number_in_answer<std::uint64_t>(rows.text(i, "n"));
  }
  return found;
}

std::vector<std::string> unequal_buckets(const Buckets& blue, const Buckets& green) {
  std::vector<std::string> names;
  for (const auto& [name, digest] : blue) {
    const auto other = green.find(name);
    if (other == green.end() || other->second != digest) names.push_back(name);
  }
  for (const auto& [name, digest] : green)
    if (!blue.contains(name)) names.push_back(name);
  return names;
}

Task<VerifyAnswer<PieceVerdict>> compare_whole(const ComparedTable& table, PieceWork& work) {
  const auto digests = co_await ask_both(work.pair, bucket_digests_sql(table, buckets));
  if (!digests) co_return digests.error();
  PieceVerdict verdict;
  std::uint64_t green_rows = 0;
  const auto blue = buckets_of(digests->blue, verdict.rows);
  const auto green = buckets_of(digests->green, green_rows);
  const auto unequal = unequal_buckets(blue, green);
  if (unequal.empty()) co_return verdict;
  const auto rows = co_await ask_both(work.pair, rows_in_buckets_sql(table, buckets, unequal));
  if (!rows) co_return rows.error();
  auto keys = unequal_keys(looks_of(table, rows->blue), looks_of(table, rows->green));
  auto found = co_await look_again(table, std::move(keys), verdict, work);
  co_return found;
}

/// Those of blue's rows that green lacks or has otherwise.
Task<VerifyAnswer<std::vector<RowKey>>> not_on_green(const ComparedTable& table, RowLooks blue,
                                                     PieceWork& work) {
  std::vector<RowKey> all;
  for (const auto& [key, look] : blue) all.push_back(key);
  std::vector<RowKey> unequal;
  for (std::size_t begin = 0; begin < all.size(); begin += work.settle.rows_at_once) {
    const auto end = std::min(all.size(), begin + work.settle.rows_at_once);
    const std::vector<RowKey> some(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                   all.begin() + static_cast<std::ptrdiff_t>(end));
    const auto rows = co_await work.pair.green.query(rows_by_key_sql(table, some));
    if (!rows) co_return rows.error();
    const auto green = looks_of(table, *rows);
    for (const auto& key : some) {
      const auto there = look_at(green, key);
      if (!there || there->digest != blue[key].digest) unequal.push_back(key);
    }
  }
  co_return unequal;
}

bool passes_by_itself(const postgres::Failure& failure) {
  const bool lock_timeout = failure.sqlstate == lock_not_available;
  const bool conflict = failure.sqlstate == "40001" || failure.sqlstate == "40P01";
  return failure.lost || lock_timeout || conflict;
}

Task<VerifyAnswer<PieceVerdict>> compare_recent(const ComparedTable& table, HeapPages pages,
                                                PieceWork& work) {
  const auto opened = co_await work.pair.blue.open();
  const auto version = opened ? 0 : work.pair.blue.server_version();
  const auto rows =
      co_await work.pair.blue.query(recent_rows_sql(table, pages, work.publications, version));
  if (!rows) co_return rows.error();
  PieceVerdict verdict;
  verdict.rows = rows->size();
  auto keys = co_await not_on_green(table, looks_of(table, *rows), work);
  if (!keys) co_return keys.error();
  auto found = co_await look_again(table, std::move(*keys), verdict, work);
  co_return found;
}

Task<VerifyAnswer<PieceVerdict>> compare_once(const ComparedTable& table, Piece piece,
                                              PieceWork& work) {
  const auto slow = co_await work.watch.until_close();
  if (slow) {
    postgres::Failure failure;
    failure.what = slow->what;
    failure.hint = slow->hint;
    co_return failure;
  }
  if (piece.kind == PieceKind::recent) {
    auto verdict = co_await compare_recent(table, piece.pages, work);
    co_return verdict;
  }
  if (piece.kind == PieceKind::whole) {
    auto verdict = co_await compare_whole(table, work);
    co_return verdict;
  }
  auto verdict = co_await compare_chunk(table, piece.range, work);
  co_return verdict;
}

}  // namespace

Task<VerifyAnswer<PieceVerdict>> compare_piece(const ComparedTable& table, Piece piece,
                                               PieceWork& work) {
  std::optional<Clock::time_point> lost_at;
  for (int attempt = 1;; ++attempt) {
    auto verdict = co_await compare_once(table, piece, work);
    if (verdict || !passes_by_itself(verdict.error())) co_return verdict;
    if (verdict.error().lost && !lost_at) lost_at = Clock::now();
    const bool is_patient = lost_at && Clock::now() - *lost_at < work.patience;
    if (attempt >= tries && !is_patient) co_return verdict;
    co_await sleep_for(between_tries);
  }
}

}  // namespace cutover
