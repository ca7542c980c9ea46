// The numbers of all rounds, for people (a Markdown table) and for programs (CSV).
#pragma once

#include <string>
#include <vector>

#include "tests/benchmarks/measurement.h"

namespace cutover::bench {

using Rounds = std::vector<Round>;

/// The value at `part` of the sorted values, 0 … 1, the nearest of them.
double quantile(std::vector<double> values, double part);

/// One line per measurement: round, way, floor, held, stalls, attempts, then a column per step.
std::string to_csv(const Rounds& rounds);

/// Median, p90 and maximum of `way`: held, over the floor, longest stall, every step.
std::string to_markdown(const Rounds& rounds, const std::string& way);

/// "20 rounds: 0 lost, 0 doubled, 0 failed of 123456 writes"
std::string verdict_line(const Rounds& rounds);

/// The names of steps in the order they ran, of all measurements.
std::vector<std::string> step_names(const Rounds& rounds);

std::vector<Measurement> measurements_of(const Rounds& rounds, const std::string& way);

}  // namespace cutover::bench
