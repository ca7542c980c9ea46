#include "tests/support/rig/programs.h"

#include <sys/stat.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

namespace fs = std::filesystem;

fs::path chosen_or_built(const char* variable, const char* name) {
  const char* chosen = std::getenv(variable);
  const fs::path path = chosen != nullptr ? fs::path(chosen) : fs::path(CUTOVER_BIN_DIR) / name;
  if (!fs::exists(path)) throw std::runtime_error(path.string() + " is missing: build it first");
  return fs::absolute(path);
}

bool everyone_reaches(const fs::path& path) {
  for (fs::path part = path; part != part.parent_path(); part = part.parent_path()) {
    struct stat facts {};
    if (::stat(part.c_str(), &facts) != 0 || (facts.st_mode & S_IXOTH) == 0) return false;
  }
  return true;
}

/// A tree below /root is closed to the servers' user: a copy is made for it.
fs::path reachable(const fs::path& program) {
  if (server_user().empty() || everyone_reaches(program)) return program;
  static const TemporaryDirectory copies("bin");
  const fs::path copy = copies.path() / program.filename();
  if (!fs::exists(copy)) fs::copy_file(program, copy);
  return copy;
}

}  // namespace

fs::path cutover_program() {
  return chosen_or_built("CUTOVER_PROGRAM", "cutover");
}

fs::path agent_program() {
  return reachable(chosen_or_built("CUTOVER_AGENT_PROGRAM", "cutover-agent"));
}

}  // namespace cutover::support
