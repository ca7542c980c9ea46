// See console_row.h.
#include "agent/console_row.h"

#include <charconv>

namespace cutover::agent {

std::string text_of(const ConsoleRow& row, const std::string& column) {
  const auto found = row.find(column);
  return found == row.end() ? std::string() : found->second;
}

std::uint32_t number_of(const ConsoleRow& row, const std::string& column) {
  const std::string text = text_of(row, column);
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace cutover::agent
