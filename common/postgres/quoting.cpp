#include "common/postgres/connection.h"

namespace cutover::postgres {
namespace {

std::string doubled(std::string_view text, std::string_view special) {
  std::string out;
  out.reserve(text.size() + 2);
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += c;
    out += c;
  }
  return out;
}

}  // namespace

std::string quote_literal(std::string_view text) {
  const bool has_backslash = text.find('\\') != std::string_view::npos;
  return (has_backslash ? "E'" : "'") + doubled(text, has_backslash ? "'\\" : "'") + "'";
}

std::string quote_identifier(std::string_view name) {
  return "\"" + doubled(name, "\"") + "\"";
}

}  // namespace cutover::postgres
