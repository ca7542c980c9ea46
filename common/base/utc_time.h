// Moments as journals, logs and looks write them: "2026-01-31T12:00:00.123Z".
#pragma once

#include <chrono>
#include <string>

namespace cutover {

/// UTC, with milliseconds.
std::string utc_text(std::chrono::system_clock::time_point moment);
std::string utc_text_now();

/// As Unix time; 0 when the text is none of those above.
double unix_time_of(const std::string& text);

}  // namespace cutover
