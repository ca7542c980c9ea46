// A directory of our own, removed with everything in it: it may hold rows of a database.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.h"

namespace cutover {

class ScratchDirectory {
 public:
  /// PARENT/NAME-XXXXXX, readable by its owner only; nothing is made before make().
  ScratchDirectory(const std::filesystem::path& parent, const std::string& name)
      : path_(parent / (name + "-XXXXXX")) {}
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();

  Result<void> make();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool made_ = false;
};

}  // namespace cutover
