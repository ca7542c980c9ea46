// One `cutover --json` as the benchmark sees it.
#pragma once

#include "tests/benchmarks/measurement.h"

namespace cutover::bench {

/// Exit codes of runs that leave clients where they were.
constexpr int refused = 1;   ///< a check failed, nothing was done
constexpr int given_up = 3;  ///< no attempt found a moment for a switch

/// Reads times, attempts and steps from the line that the command printed; of the last pause where
/// it gave up. Throws when it ended otherwise.
void take_times(const support::Finished& finished, Measurement& measurement);

/// What stood in the way, from the same line: failed checks, or the error. Empty: nothing.
std::string reason(const support::Finished& finished);

}  // namespace cutover::bench
