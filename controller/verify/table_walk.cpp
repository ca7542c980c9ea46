#include "controller/verify/table_walk.h"

#include <algorithm>

#include "controller/verify/patient_query.h"
#include "controller/verify/table_list.h"

namespace cutover {

TableWalk::TableWalk(std::vector<WalkedTable> tables, WalkOptions options)
    : options_(options), tables_(std::move(tables)) {
  std::stable_sort(tables_.begin(), tables_.end(), [](const auto& one, const auto& other) {
    return one.table.estimated_rows > other.table.estimated_rows;
  });
  for (const auto& walked : tables_) {
    Cut cut;
    cut.recent_over = walked.progress.recent_done || walked.table.key.empty();
    cut.over = walked.progress.done;
    cut.heap = walked.progress.heap;
    cut.page = walked.progress.page;
    cut.to = walked.progress.to;
    cuts_.push_back(std::move(cut));
  }
}

Task<std::optional<Piece>> TableWalk::next(ServerSession& blue) {
  for (; first_pass_; ++at_) {
    if (at_ == tables_.size()) {
      first_pass_ = false;
      at_ = 0;
      break;
    }
    auto piece = co_await next_recent(at_, blue);
    if (piece) co_return piece;
  }
  for (; at_ < tables_.size(); ++at_) {
    auto piece = co_await next_chunk(at_, blue);
    if (piece) co_return piece;
  }
  co_return std::nullopt;
}

Piece TableWalk::give(Piece piece) {
  cuts_[piece.table].given.push_back({piece, false, {}});
  return piece;
}

Task<std::optional<Error>> TableWalk::begin_recent(std::size_t table, ServerSession& blue) {
  auto& cut = cuts_[table];
  if (cut.begun) co_return std::nullopt;
  auto heaps = co_await heaps_of(blue, tables_[table].table.oid, options_.patience);
  if (!heaps) co_return heaps.error();
  cut.heaps = std::move(*heaps);
  cut.begun = true;
  co_return std::nullopt;
}

Task<std::optional<Piece>> TableWalk::next_recent(std::size_t table, ServerSession& blue) {
  if (tables_[table].failure || cuts_[table].recent_over || cuts_[table].over)
    co_return std::nullopt;
  const auto failed = co_await begin_recent(table, blue);
  if (failed) {
    fail(table, *failed);
    co_return std::nullopt;
  }
  auto piece = cut_pages(table);
  co_return piece;
}

std::optional<Piece> TableWalk::cut_pages(std::size_t table) {
  auto& cut = cuts_[table];
  while (cut.heap < cut.heaps.size() && cut.page >= cut.heaps[cut.heap].to) {
    ++cut.heap;
    cut.page = 0;
  }
  // Beyond the end where partitions were dropped since.
  if (cut.heap >= cut.heaps.size()) {
    cut.recent_over = true;
    if (cut.given.empty()) tables_[table].progress.recent_done = true;
    return std::nullopt;
  }
  Piece piece;
  piece.table = table;
  piece.kind = PieceKind::recent;
  piece.heap = cut.heap;
  piece.pages = cut.heaps[cut.heap];
  piece.pages.from = cut.page;
  piece.pages.to = std::min(piece.pages.to, cut.page + options_.heap_pages);
  cut.page = piece.pages.to;
  return give(piece);
}

Task<std::optional<Piece>> TableWalk::next_chunk(std::size_t table, ServerSession& blue) {
  auto& cut = cuts_[table];
  if (tables_[table].failure || cut.over) co_return std::nullopt;
  const auto& compared = tables_[table].table;
  Piece piece;
  piece.table = table;
  if (compared.key.empty()) {
    piece.kind = PieceKind::whole;
    cut.over = true;
    co_return give(piece);
  }
  const auto rows = co_await query_patiently(
      blue, lower_bound_sql(compared, cut.to, options_.chunk_rows), options_.patience);
  if (!rows) {
    fail(table, Error(rows.error()));
    co_return std::nullopt;
  }
  piece.range.to = cut.to;
  if (!rows->empty()) piece.range.from = key_of(compared, *rows, 0);
  cut.over = rows->empty();
  cut.to = piece.range.from;
  co_return give(piece);
}

void TableWalk::move_past(std::size_t table, const Given& given) {
  auto& progress = tables_[table].progress;
  progress.looked_again += given.count.looked_again;
  progress.unsettled += given.count.unsettled;
  if (given.piece.kind == PieceKind::recent) {
    progress.heap = given.piece.heap;
    progress.page = given.piece.pages.to;
    return;
  }
  progress.rows += given.count.rows;
  ++progress.chunks;
  progress.to = given.piece.range.from;
  progress.done = !given.piece.range.from;
}

void TableWalk::finish(const Piece& piece, PieceCount count) {
  auto& cut = cuts_[piece.table];
  for (auto& given : cut.given) {
    if (given.done || given.piece.kind != piece.kind || given.piece.heap != piece.heap ||
        given.piece.pages.from != piece.pages.from || given.piece.range.to != piece.range.to)
      continue;
    given.done = true;
    given.count = count;
    break;
  }
  while (!cut.given.empty() && cut.given.front().done) {
    move_past(piece.table, cut.given.front());
    cut.given.pop_front();
  }
  const bool recent_left = std::any_of(cut.given.begin(), cut.given.end(), [](const auto& given) {
    return given.piece.kind == PieceKind::recent;
  });
  if (cut.recent_over && !recent_left) tables_[piece.table].progress.recent_done = true;
}

void TableWalk::fail(std::size_t table, Error error) {
  tables_[table].failure = std::move(error);
}

}  // namespace cutover
