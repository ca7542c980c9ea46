// A directory for one test, with short words for its files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace cutover::testing {

class TemporaryDirectory {
 public:
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  /// Creates the file and the directories it is in.
  std::string write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;

  /// Names directly in `folder` (empty: here), sorted, hidden ones too.
  std::vector<std::string> names(const std::string& folder = {}) const;

 private:
  const support::TemporaryDirectory made_;
  const std::string path_ = std::filesystem::canonical(made_.path()).string();
};

}  // namespace cutover::testing
