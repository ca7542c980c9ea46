#include "controller/journal/state_directory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <initializer_list>

#include "controller/journal/sqlite.h"

namespace cutover {
namespace {

namespace fs = std::filesystem;

Result<void> expect(const fs::path& state_dir, std::initializer_list<const char*> names) {
  std::error_code failed;
  fs::path nearest = fs::absolute(state_dir, failed);
  while (!nearest.empty() && !fs::exists(nearest, failed)) nearest = nearest.parent_path();
  if (::access(nearest.c_str(), W_OK | X_OK) != 0)
    return Error{fmt::format("{} cannot be written", nearest.string()),
                 "set run.state_dir to a directory of the user who runs cutover"};
  for (const char* name : names) {
    if (!fs::exists(state_dir / name, failed)) continue;
    const auto writable = sqlite::Database::expect_writable(state_dir / name);
    if (!writable) return writable.error();
  }
  return {};
}

}  // namespace

Result<void> expect_journal(const fs::path& state_dir) {
  return expect(state_dir, {"journal.sqlite"});
}

Result<void> expect_usable(const fs::path& state_dir) {
  return expect(state_dir, {"journal.sqlite", "runbook.sqlite", "verify.sqlite"});
}

}  // namespace cutover
