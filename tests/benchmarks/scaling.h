// How the time grows with the fleet: one size changes, the rest stays as the benchmark has it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/benchmarks/comparison.h"

namespace cutover::bench {

struct Series {
  std::string name;  ///< bouncers, sequences, tables, subscriptions, round-trip-ms
  std::vector<int> sizes;
};

/// All of them, as docs/benchmarks shows them.
std::vector<Series> every_series();

/// The fleet of a series at one size: nothing else changes. Throws for an unknown name.
support::RigOptions sized(support::RigOptions fleet, const std::string& what, int size);

struct ScalingOptions {
  support::RigOptions fleet;
  std::string load = "50";
  int rounds = 4;  ///< of cutover and rollback at each size
};

/// Samples of every size; their group is "NAME SIZE". Throws for an unknown name.
ComparisonResult measure_series(const ScalingOptions& options, const Series& series,
                                const std::function<void(const Sample&)>& tell);

/// A row per size: over the floor, held, stall, and the steps that are most of it. Where the size
/// is the round trip, how many of them are in held, too.
std::string series_table(const Samples& samples);
std::string series_plot(const Samples& samples);

}  // namespace cutover::bench
