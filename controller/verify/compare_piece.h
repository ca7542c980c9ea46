// Compares one piece of a table: digests first, rows where those differ, second looks where rows
// do.
#pragma once

#include "controller/verify/settle.h"
#include "controller/verify/table_walk.h"

namespace cutover {

struct PieceVerdict {
  std::uint64_t rows = 0;  ///< on blue
  std::uint64_t looked_again = 0;
  Settled settled;
};

struct PieceWork {
  VerifyPair& pair;
  FollowWatch& watch;
  std::vector<std::string> publications;
  SettleOptions settle;
  std::chrono::milliseconds patience{120'000};  ///< with a server that was lost
};

/// Tries again where a lock was not got or a connection was lost.
Task<VerifyAnswer<PieceVerdict>> compare_piece(const ComparedTable& table, Piece piece,
                                               PieceWork& work);

}  // namespace cutover
