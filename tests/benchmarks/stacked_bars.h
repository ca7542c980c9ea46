// An SVG of the measurements: a bar per run, its steps on top of each other, the floor beside it.
#pragma once

#include <string>

#include "tests/benchmarks/summary.h"

namespace cutover::bench {

std::string to_svg(const Rounds& rounds, const std::string& way);

}  // namespace cutover::bench
