// Who runs this, and where "~" is.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "common/base/result.h"

namespace cutover {

/// $HOME, else what the password database says; "" when neither knows.
std::string home_directory();

/// The name of the user who runs this, or the number where it has none.
std::string current_user();

/// Success that is a path: C++20 could make an Error of one as well.
inline Result<std::filesystem::path> path_result(std::filesystem::path path) {
  return Result<std::filesystem::path>(boost::system::in_place_value, std::move(path));
}

/// "~" and "~/x" with the home directory; other paths must be absolute.
Result<std::filesystem::path> absolute_path(const std::string& path);

}  // namespace cutover
