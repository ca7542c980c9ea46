// Sizes in bytes as they stand in configuration files and options: "1MiB", "16kB", "512B".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace cutover {

/// A whole number and its unit, nothing between or around them. PostgreSQL's kB, MB, GB, TB count
/// in 1024 as there, and so are the same as KiB, MiB, GiB, TiB; B is one byte.
Result<std::uint64_t> parse_byte_size(std::string_view text);

/// In the largest unit that needs no fraction ("1MiB", "1000B"): parse_byte_size() gives it back.
std::string byte_size_text(std::uint64_t bytes);

}  // namespace cutover
