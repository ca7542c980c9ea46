#include "controller/checks/numbers.h"

#include <charconv>
#include <cstdlib>

namespace cutover {

std::optional<std::uint64_t> number_in(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || text.empty()) return std::nullopt;
  return number;
}

std::optional<double> seconds_in(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string::npos)
    return std::nullopt;
  return std::strtod(text.c_str(), nullptr);
}

}  // namespace cutover
