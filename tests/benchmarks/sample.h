// One measurement of the benchmark's comparisons and series, and quantiles of many.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cutover::bench {

/// What happened to clients once. Milliseconds.
struct Sample {
  std::string group;  ///< the load, or the size of a series
  std::string way;    ///< "floor", "cutover", "rollback", "runbook", "read-only", "rehearse"
  int round = 0;
  double held = 0;           ///< first PAUSE sent to last RESUME answered
  double stall = 0;          ///< the longest that any client waited
  double bouncer_wait = 0;   ///< of all clients together, by the PgBouncers' own count
  std::uint64_t failed = 0;  ///< writes that clients saw fail
  int refused = 0;           ///< starts that were refused before this one
  double attempts = 1;
  int exit_code = 0;     ///< of `cutover`: 3 where it gave up, 1 where a check kept refusing it
  std::string why = "";  ///< what stood in the way then
  std::vector<std::pair<std::string, double>> steps = {};
};

using Samples = std::vector<Sample>;

Samples samples_of(const Samples& all, const std::string& group, const std::string& way);
/// Without those that were given up or refused.
Samples done_of(const Samples& all);
/// In the order of their first sample.
std::vector<std::string> groups_of(const Samples& all);
std::vector<std::string> ways_of(const Samples& all);
std::vector<double> stalls_of(const Samples& samples);
std::vector<double> helds_of(const Samples& samples);
std::vector<double> bouncer_waits_of(const Samples& samples);

}  // namespace cutover::bench
