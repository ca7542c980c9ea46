// How far another clock is from ours, known from one round trip: half of it is the doubt. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace cutover {

struct ClockOffset {
  std::int64_t offset_us = 0;       ///< positive: the other clock is ahead
  std::int64_t uncertainty_us = 0;  ///< either way
};

ClockOffset clock_offset(std::int64_t asked_us, std::int64_t answered_us, std::int64_t clock_us);
/// Off by more than a second, whatever the doubt.
bool is_skewed(const ClockOffset& offset);
std::string to_text(const ClockOffset& offset);

}  // namespace cutover
