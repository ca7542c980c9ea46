// The fence that an earlier run in the other direction left on the side that is now the target.
#pragma once

#include "common/async/task.h"
#include "controller/checks/check_context.h"

namespace cutover {

/// Clients of that side cannot write until this run takes it down, on its way that only goes
/// forward.
Task<bool> stands_behind_a_fence(const CheckContext& context, const CheckedDatabase& database);

}  // namespace cutover
