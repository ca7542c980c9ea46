// checks.waive of the configuration against the list of checks: a misspelt name would waive
// nothing, and be met in the night of the cutover.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace cutover {

/// An error, exit 2, where a name is no check or one that guards data.
Result<void> expect_waivable(const std::vector<std::string>& waived);

}  // namespace cutover
