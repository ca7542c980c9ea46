#include "controller/runbook/scratch_directory.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>

namespace cutover {

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (made_) std::filesystem::remove_all(path_, ignored);
}

Result<void> ScratchDirectory::make() {
  std::error_code failed;
  std::filesystem::create_directories(path_.parent_path(), failed);
  auto path = path_.string();
  made_ = !failed && mkdtemp(path.data()) != nullptr;
  if (!made_)
    return Error{fmt::format("cannot make a directory in {}: {}", path_.parent_path().string(),
                             failed ? failed.message() : std::strerror(errno)),
                 "set run.state_dir to a directory that you may write"};
  path_ = path;
  return {};
}

}  // namespace cutover
