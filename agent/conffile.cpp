// See conffile.h.
#include "agent/conffile.h"

#include <filesystem>
#include <system_error>

namespace cutover::agent {
namespace {

namespace fs = std::filesystem;

/// The directory resolved, the name kept: a link is not the file behind it.
fs::path place_of(const fs::path& path) {
  std::error_code failed;
  const auto directory = fs::canonical(path.parent_path(), failed);
  return failed ? path.lexically_normal() : directory / path.filename();
}

}  // namespace

std::string why_not_read(const std::string& ini, const std::string& conffile,
                         const std::string& working_directory) {
  if (conffile.empty()) return "";
  fs::path read = conffile;
  if (read.is_relative() && !working_directory.empty()) read = working_directory / read;
  if (place_of(read) == place_of(ini)) return "";
  // Two names of one file are as good, unless ours is a link: switching it leaves the file alone.
  std::error_code failed;
  const bool is_link = fs::is_symlink(fs::symlink_status(ini, failed));
  if (!is_link && fs::equivalent(read, ini, failed) && !failed) return "";
  return "PgBouncer reads " + read.string() + ", not " + ini;
}

}  // namespace cutover::agent
