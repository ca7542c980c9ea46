// Rows of the other side may have come by replication: only green's own counts.
#include "controller/checks/old_fence.h"

namespace cutover {

Task<bool> stands_behind_a_fence(const CheckContext& context, const CheckedDatabase& database) {
  const auto known =
      co_await database.green.ask("SELECT 1 WHERE to_regclass('cutover.run') IS NOT NULL");
  if (!known || known->empty()) co_return false;
  const postgres::Parameters own{context.green_colour};
  const auto fenced =
      co_await database.green.ask("SELECT 1 FROM cutover.run WHERE fenced AND side = $1", own);
  co_return fenced && !fenced->empty();
}

}  // namespace cutover
