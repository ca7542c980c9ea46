#include "common/base/byte_size.h"

#include <fmt/format.h>

#include "common/base/quantity.h"

namespace cutover {
namespace {

constexpr std::uint64_t ki = 1024;

constexpr Unit read_units[] = {{"B", 1},
                               {"kB", ki},
                               {"KiB", ki},
                               {"MB", ki* ki},
                               {"MiB", ki* ki},
                               {"GB", ki* ki* ki},
                               {"GiB", ki* ki* ki},
                               {"TB", ki* ki* ki* ki},
                               {"TiB", ki* ki* ki* ki}};

constexpr Unit written_units[] = {
    {"B", 1}, {"KiB", ki}, {"MiB", ki* ki}, {"GiB", ki* ki* ki}, {"TiB", ki* ki* ki* ki}};

}  // namespace

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  const auto bytes = parse_quantity(text, read_units);
  if (!bytes)
    return Error{fmt::format("\"{}\" is not a size", text),
                 "a whole number and B, KiB, MiB, GiB or TiB (or kB, MB, GB, TB), like \"16MiB\""};
  return *bytes;
}

std::string byte_size_text(std::uint64_t bytes) {
  return quantity_text(bytes, written_units);
}

}  // namespace cutover
