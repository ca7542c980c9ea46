// One `cutover --json` as the benchmark sees it.
#pragma once

#include "tests/benchmarks/measurement.h"

namespace cutover::bench {

/// Reads times, attempts and steps from the line that the command printed; throws when it did not
/// end well.
void take_times(const support::Finished& finished, Measurement& measurement);

}  // namespace cutover::bench
