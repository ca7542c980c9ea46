// Lengths of time as they stand in configuration files and options: "500ms", "2s", "5min", "24h".
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace cutover {

/// A whole number and its unit (ms, s, min, h, d), nothing between or around them.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the largest unit that needs no fraction ("90s", "1500ms"): parse_duration() gives it back.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace cutover
