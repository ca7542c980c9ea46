#include "controller/config/config.h"

#include <utility>

#include "common/base/durable_file.h"
#include "controller/config/sections.h"

namespace cutover {

Result<Config> parse_config(const std::string& text, const std::filesystem::path& path) {
  const TomlFile file(text, path.string());
  auto config = read_config(file);
  auto problems = file.problems();
  if (problems) return std::move(*problems);
  config.path = path;
  return config;
}

Result<Config> load_config(const std::filesystem::path& path) {
  const auto text = read_file(path.string());
  if (!text) return text.error();
  return parse_config(*text, path);
}

}  // namespace cutover
