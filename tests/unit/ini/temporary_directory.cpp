#include "tests/unit/ini/temporary_directory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cutover::testing {

namespace fs = std::filesystem;

std::string TemporaryDirectory::write(const std::string& name, const std::string& text) const {
  const fs::path path = fs::path(path_) / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

std::string TemporaryDirectory::read(const std::string& name) const {
  std::ifstream file(fs::path(path_) / name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> TemporaryDirectory::names(const std::string& folder) const {
  std::vector<std::string> names;
  for (const auto& item : fs::directory_iterator(fs::path(path_) / folder)) {
    names.push_back(item.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace cutover::testing
