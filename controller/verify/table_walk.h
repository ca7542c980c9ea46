// Cuts the tables into pieces, the newest rows first, and knows which pieces are done. Several
// workers take pieces at the same time.
//
// First pass: rows that were written since the publication was made, by the pages of blue's heaps.
// Second pass: every row, in chunks by key from the greatest down; tables without key as a whole.
#pragma once

#include <deque>

#include "controller/verify/row_looks.h"
#include "controller/verify/verify_record.h"

namespace cutover {

enum class PieceKind { recent, chunk, whole };

struct Piece {
  std::size_t table = 0;
  PieceKind kind = PieceKind::chunk;
  HeapPages pages;
  std::size_t heap = 0;
  KeyRange range;
};

struct WalkOptions {
  std::uint64_t chunk_rows = 10'000;
  std::uint64_t heap_pages = 1024;
  std::chrono::milliseconds patience{120'000};  ///< with a blue that does not answer
};

/// Rows of one piece.
struct PieceCount {
  std::uint64_t rows = 0;
  std::uint64_t looked_again = 0;
  std::uint64_t unsettled = 0;
};

struct WalkedTable {
  ComparedTable table;
  TableProgress progress;
  std::optional<Error> failure;  ///< it is left out from here on
};

class TableWalk {
 public:
  TableWalk(std::vector<WalkedTable> tables, WalkOptions options);

  /// The next piece to compare; nothing when all are given out. One call at a time.
  Task<std::optional<Piece>> next(ServerSession& blue);
  /// `piece` is compared: progress moves past what has no gap before it.
  void finish(const Piece& piece, PieceCount count);
  void fail(std::size_t table, Error error);

  std::vector<WalkedTable>& tables() { return tables_; }

 private:
  struct Given {
    Piece piece;
    bool done = false;
    PieceCount count;
  };
  /// Where a table is cut next; ahead of its progress by the pieces that are being compared.
  struct Cut {
    bool begun = false;
    bool recent_over = false;
    bool over = false;
    std::vector<HeapPages> heaps;
    std::size_t heap = 0;
    std::uint64_t page = 0;
    std::optional<RowKey> to;
    std::deque<Given> given;
  };
  Task<std::optional<Piece>> next_recent(std::size_t table, ServerSession& blue);
  Task<std::optional<Piece>> next_chunk(std::size_t table, ServerSession& blue);
  Task<std::optional<Error>> begin_recent(std::size_t table, ServerSession& blue);
  std::optional<Piece> cut_pages(std::size_t table);
  void move_past(std::size_t table, const Given& given);
  Piece give(Piece piece);

  WalkOptions options_;
  std::vector<WalkedTable> tables_;
  std::vector<Cut> cuts_;
  bool first_pass_ = true;
  std::size_t at_ = 0;
};

}  // namespace cutover
