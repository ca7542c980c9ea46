// This project, the floor and two other ways of switching, in turn under the same load: what their
// clients waited for, and what became of their writes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/benchmarks/load_shape.h"
#include "tests/benchmarks/measurement.h"
#include "tests/benchmarks/sample.h"

namespace cutover::bench {

struct ComparisonOptions {
  support::RigOptions fleet;  ///< majors of 16 and later: see SwitchedByScript
  std::vector<std::string> loads = {"50", "max"};
  int rounds = 30;       ///< of floor, cutover and rollback
  int slow_rounds = 10;  ///< of the two scripts, spread over these
};

struct ComparisonResult {
  Samples samples;  ///< their group is the name of the load
  RoundVerdict ours;
  RoundVerdict scripts;
};

/// `tell` hears of every sample at once. A run that gives up, or that checks keep refusing, is a
/// sample too, without the way back. Throws when something else fails.
ComparisonResult compare(const ComparisonOptions& options,
                         const std::function<void(const Sample&)>& tell);

/// A table per load: median, p99 and maximum of stall and held, failures, refusals.
std::string to_markdown(const ComparisonResult& result);
std::string to_csv(const Samples& samples);
std::string to_svg(const Samples& samples);

}  // namespace cutover::bench
