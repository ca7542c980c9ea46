// A program of PostgreSQL (pg_dump, pg_restore) run without a shell and looked at until it ends.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/result.h"

namespace cutover {

struct ToolStart {
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< added to our own
  std::filesystem::path output;                                       ///< of stdout and stderr
};

/// Killed with its process group when it still runs at the end of the scope.
class ToolProcess {
 public:
  static Result<ToolProcess> start(ToolStart start);
  ToolProcess(ToolProcess&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  ToolProcess& operator=(ToolProcess&&) = delete;
  ~ToolProcess();

  /// The exit code, 128 + N when signal N ended it; nothing while it runs. Never waits.
  std::optional<int> exit_code();

 private:
  explicit ToolProcess(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

}  // namespace cutover
