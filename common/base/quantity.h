// A whole number with a unit, as durations and sizes in bytes are written.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cutover {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

/// Nothing when `text` is not digits with one of the units right behind them, or is too large.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units);

/// In the last unit of `units` that divides `value`; the first one has factor 1.
std::string quantity_text(std::uint64_t value, std::span<const Unit> units);

}  // namespace cutover
