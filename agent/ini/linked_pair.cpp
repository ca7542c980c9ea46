// Walks the chain of links, as realpath does, and looks at every target's name.
#include "agent/ini/linked_pair.h"

#include <filesystem>
#include <system_error>

namespace cutover::ini {
namespace {

namespace fs = std::filesystem;

constexpr int longest_chain = 40;  // the kernel's own limit

std::optional<std::string> with_other_colour(const std::string& target) {
  const fs::path path(target);
  std::string name = path.filename().string();
  const std::size_t blue = name.rfind("blue");
  const std::size_t green = name.rfind("green");
  if ((blue == std::string::npos) == (green == std::string::npos)) return std::nullopt;
  if (blue != std::string::npos) {
    name.replace(blue, 4, "green");
  } else {
    name.replace(green, 5, "blue");
  }
  return path.has_parent_path() ? (path.parent_path() / name).string() : name;
}

std::string from_directory_of(const std::string& link, const std::string& target) {
  return (fs::path(link).parent_path() / target).string();
}

}  // namespace

std::optional<LinkedPair> find_linked_pair(const std::string& path) {
  std::string link = path;
  for (int step = 0; step < longest_chain; ++step) {
    std::error_code error;
    const std::string target = fs::read_symlink(link, error).string();
    if (error) return std::nullopt;
    const std::string target_path = from_directory_of(link, target);
    if (const auto other = with_other_colour(target)) {
      const std::string other_path = from_directory_of(link, *other);
      if (fs::is_regular_file(other_path, error)) {
        return LinkedPair{link, target, *other, target_path, other_path};
      }
    }
    link = target_path;
  }
  return std::nullopt;
}

}  // namespace cutover::ini
