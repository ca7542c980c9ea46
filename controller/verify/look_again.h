// What an interrupted comparison found may have been mended since: it is looked at anew before the
// comparison goes on.
#pragma once

#include "controller/verify/settle.h"
#include "controller/verify/table_walk.h"

namespace cutover {

struct LookAgain {
  VerifyPair& pair;
  FollowWatch& watch;
  VerifyRecord& record;
  std::string scope;  ///< as the record calls this comparison
  SettleOptions settle;
};

/// Leaves in `found` what still differs, and says so in the record.
Task<std::optional<Error>> look_again_at(WalkedTable& walked, Differences& found, LookAgain& work);

}  // namespace cutover
