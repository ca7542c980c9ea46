#include "common/base/lsn.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace cutover {
namespace {

std::optional<std::uint32_t> parse_half(std::string_view text) {
  if (text.empty() || text.size() > 8) return std::nullopt;
  std::uint32_t half = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), half, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return half;
}

}  // namespace

Result<Lsn> parse_lsn(std::string_view text) {
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto high = parse_half(text.substr(0, slash));
    const auto low = parse_half(text.substr(slash + 1));
    if (high && low) return Lsn{(std::uint64_t{*high} << 32) | *low};
  }
  return Error{fmt::format("\"{}\" is not a WAL position", text), "it looks like 16/B374D848"};
}

std::string to_text(Lsn lsn) {
  return fmt::format("{:X}/{:X}", lsn.value >> 32, lsn.value & 0xFFFFFFFF);
}

}  // namespace cutover
