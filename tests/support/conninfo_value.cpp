#include "tests/support/conninfo_value.h"

#include <algorithm>
#include <cctype>

namespace cutover::support {

std::string conninfo_value(const std::string& value) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
  };
  if (!value.empty() && std::ranges::all_of(value, is_plain)) return value;
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace cutover::support
