// A child process in a temporary directory of its own, both gone when it goes out of scope.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/result.h"

namespace cutover::agent {

/// Mode 0700, below /tmp (or $TMPDIR); removed with everything in it.
class PrivateDirectory {
 public:
  static Result<PrivateDirectory> create();
  PrivateDirectory(PrivateDirectory&& other) noexcept;
  PrivateDirectory& operator=(PrivateDirectory&&) = delete;
  ~PrivateDirectory();

  const std::string& path() const { return path_; }

 private:
  explicit PrivateDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

class PrivateProcess {
 public:
  /// Its output goes to `log`, its working directory is `directory` ("" for ours).
  static Result<PrivateProcess> start(std::vector<std::string> arguments,
                                      const std::string& directory, const std::string& log);
  PrivateProcess(PrivateProcess&& other) noexcept;
  PrivateProcess& operator=(PrivateProcess&&) = delete;
  ~PrivateProcess();  ///< kills what stop() did not end

  bool is_running();
  /// SIGTERM, and SIGKILL when that does not end it within a second.
  Task<void> stop();

 private:
  explicit PrivateProcess(pid_t pid) : pid_(pid) {}
  pid_t pid_;  ///< 0 once it was waited for
};

}  // namespace cutover::agent
