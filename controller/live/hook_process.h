// Runs a configured hook: an argv without a shell, waited for without blocking, killed when the
// wait is cancelled.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/base/outcome.h"

namespace cutover {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// Done when it exits with 0; an empty argv is done at once. Its output goes to stderr. `extra` is
/// added to our environment.
Task<Outcome> run_hook_process(std::vector<std::string> argv, Environment extra);

}  // namespace cutover
