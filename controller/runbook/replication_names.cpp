#include "controller/runbook/replication_names.h"

#include <fmt/format.h>

#include <charconv>

namespace cutover {

std::string named(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 10; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > 10) text += fmt::format(" and {} more", names.size() - 10);
  return text;
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace cutover
