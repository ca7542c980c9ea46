#include "common/base/quantity.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace cutover {
namespace {

/// Whatever counts them (int64 milliseconds, off_t) holds this.
constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name(end, static_cast<std::size_t>(last - end));
  for (const auto& unit : units) {
    if (unit.name != name) continue;
    if (number > largest / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

std::string quantity_text(std::uint64_t value, std::span<const Unit> units) {
  const Unit* best = &units.front();
  for (const auto& unit : units)
    if (value != 0 && value % unit.factor == 0) best = &unit;
  return fmt::format("{}{}", value / best->factor, best->name);
}

}  // namespace cutover
