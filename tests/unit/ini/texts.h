// Configurations in memory: files by path, as a FileReader sees them.
#pragma once

#include <map>
#include <string>

#include "agent/ini/config_files.h"

namespace cutover::ini::testing {

using Texts = std::map<std::string, std::string>;

inline FileReader reader_of(const Texts& texts) {
  return [texts](const std::string& path) -> Result<std::string> {
    const auto found = texts.find(path);
    if (found == texts.end()) return Error{"cannot read " + path + ": no such file or directory"};
    return text_result(found->second);
  };
}

inline Result<ConfigFiles> load(const Texts& texts) {
  return load_config("/etc/main.ini", "/run", reader_of(texts));
}

/// One file, [pgbouncer] added in front so that it loads.
inline Result<ConfigFiles> load_text(const std::string& text) {
  return load({{"/etc/main.ini", "[pgbouncer]\n" + text}});
}

inline Result<ConfigFiles> load_databases(const std::string& lines) {
  return load_text("[databases]\n" + lines);
}

}  // namespace cutover::ini::testing
