// Masks passwords before a configuration is shown. Errs towards hiding: whatever is named like a
// password goes, and so does a whole value that names one but cannot be read.
#include <string>

#include "agent/ini/connection_string.h"
#include "agent/ini/document.h"
#include "agent/ini/unified_diff.h"

namespace cutover::ini {
namespace {

constexpr std::string_view mask = "***";

bool names_a_password(std::string_view text) {
  return text.find("passw") != std::string_view::npos ||
         text.find("secret") != std::string_view::npos;
}

std::string masked_value(std::string_view value) {
  if (!names_a_password(value)) return std::string(value);
  const auto parameters = parse_connection_string(value);
  if (!parameters) return std::string(mask);
  std::string text(value);
  for (auto it = parameters->rbegin(); it != parameters->rend(); ++it) {
    const bool is_route = it->name == "host" || it->name == "port";
    const bool is_secret = names_a_password(it->name) || names_a_password(it->value);
    if (is_secret && !is_route) text.replace(it->raw.begin, it->raw.size(), mask);
  }
  return text;
}

}  // namespace

std::string without_passwords(const std::string& text) {
  const Document document = parse_document(text);
  std::string masked;
  for (const Token& token : document.tokens) {
    const std::string_view all = document.at(token.all);
    if (token.kind == TokenKind::setting) {
      const bool is_secret = names_a_password(document.at(token.name));
      masked += all.substr(0, token.value.begin - token.all.begin);
      masked += is_secret ? std::string(mask) : masked_value(document.at(token.value));
      masked += all.substr(token.value.end - token.all.begin);
    } else if (token.kind == TokenKind::unread && names_a_password(all)) {
      masked += mask;
    } else if (token.kind == TokenKind::comment && names_a_password(all)) {
      masked += all.substr(0, 1);
      masked += mask;
    } else {
      masked += all;
    }
  }
  return masked;
}

}  // namespace cutover::ini
