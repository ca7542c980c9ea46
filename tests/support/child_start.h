// Fork and exec for ChildProcess, by a thread of its own: the kernel sends the signal of
// PR_SET_PDEATHSIG when the *thread* that forked ends, so that must be one that ends with the test.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "tests/support/child_process.h"

namespace cutover::support {

struct ChildFiles {
  std::filesystem::path input;
  std::filesystem::path output;  ///< appended to
  std::filesystem::path errors;  ///< appended to
};

/// The pid of the new process, which leads a process group. Throws when exec fails.
pid_t start_child(const ChildOptions& options, const ChildFiles& files);

}  // namespace cutover::support
