// What the kernel says about processes.
#pragma once

#include <sys/types.h>

#include <vector>

namespace cutover::support {

/// The children that any thread of `pid` started; empty when it is gone.
std::vector<pid_t> children_of(pid_t pid);

/// True also for a zombie, which does nothing any more.
bool is_gone(pid_t pid);

}  // namespace cutover::support
