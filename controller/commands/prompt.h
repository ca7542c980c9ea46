// Asks the operator. Without a terminal there is nobody to ask, and that is an error, never a yes.
#pragma once

#include <string>

#include "common/base/result.h"

namespace cutover {

struct PromptOptions {
  bool answer_yes = false;  ///< --yes
};

/// What the operator types to `question`, a line; empty at the end of the input.
std::string answer_to(const std::string& question);

/// True when the operator types `wanted`; with --yes nothing is asked. An error (exit 2) without a
/// terminal.
Result<bool> confirm(const std::string& question, const std::string& wanted, PromptOptions options);

}  // namespace cutover
