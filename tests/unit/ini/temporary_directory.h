// A directory for one test, removed with all that is in it.
#pragma once

#include <string>
#include <vector>

namespace cutover::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  /// Creates the file and the directories it is in.
  std::string write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;

  /// Names directly in `folder` (empty: here), sorted, hidden ones too.
  std::vector<std::string> names(const std::string& folder = {}) const;

 private:
  std::string path_;
};

}  // namespace cutover::testing
