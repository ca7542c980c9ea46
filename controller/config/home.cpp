#include "controller/config/home.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace cutover {

std::string home_directory() {
  if (const char* home = std::getenv("HOME"); home && *home) return home;
  const auto* entry = getpwuid(geteuid());
  return entry && entry->pw_dir ? entry->pw_dir : "";
}

std::string current_user() {
  const auto* entry = getpwuid(geteuid());
  return entry && entry->pw_name ? entry->pw_name : std::to_string(geteuid());
}

Result<std::filesystem::path> absolute_path(const std::string& path) {
  if (path.starts_with('/')) return path_result(path);
  if (path == "~" || path.starts_with("~/")) {
    const auto home = home_directory();
    if (home.starts_with('/')) return path_result(home + path.substr(1));
    return Error{fmt::format("\"{}\": no home directory is known", path), "set HOME"};
  }
  return Error{fmt::format("\"{}\" is not an absolute path", path),
               "start it with / or with ~/ for your home directory"};
}

}  // namespace cutover
