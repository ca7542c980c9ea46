// Looks again at rows that were not the same at first, until each is the same or really differs.
#pragma once

#include "controller/verify/follow_watch.h"
#include "controller/verify/row_looks.h"

namespace cutover {

struct Difference {
  RowKey key;
  DifferenceKind kind = DifferenceKind::changed;
};

struct Settled {
  std::vector<Difference> differences;
  std::vector<RowKey> unsettled;  ///< changed too often to be compared
  std::uint32_t trials = 0;
};

struct SettleOptions {
  std::size_t rows_at_once = 500;
  std::uint32_t rounds = 4;   ///< looks at both sides in one trial
  std::uint32_t trials = 60;  ///< before a row counts as unsettled
  std::chrono::milliseconds between_trials{100};
  std::size_t most_differences = 1000;  ///< of one table; then it is not looked at any further
};

Task<VerifyAnswer<Settled>> settle(const ComparedTable& table, std::vector<RowKey> keys,
                                   VerifyPair& pair, FollowWatch& watch, SettleOptions options);

}  // namespace cutover
