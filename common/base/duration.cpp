#include "common/base/duration.h"

#include <fmt/format.h>

#include "common/base/quantity.h"

namespace cutover {
namespace {

constexpr Unit units[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto count = parse_quantity(text, units);
  if (!count)
    return Error{fmt::format("\"{}\" is not a length of time", text),
                 "a whole number and ms, s, min, h or d, like \"500ms\""};
  return std::chrono::milliseconds(*count);
}

std::string duration_text(std::chrono::milliseconds duration) {
  if (duration.count() < 0) return fmt::format("{}ms", duration.count());
  return quantity_text(static_cast<std::uint64_t>(duration.count()), units);
}

}  // namespace cutover
