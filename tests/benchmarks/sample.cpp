#include "tests/benchmarks/sample.h"

#include <algorithm>

namespace cutover::bench {
namespace {

std::vector<std::string> distinct(const Samples& all, std::string Sample::*field) {
  std::vector<std::string> found;
  for (const Sample& sample : all)
    if (std::find(found.begin(), found.end(), sample.*field) == found.end())
      found.push_back(sample.*field);
  return found;
}

std::vector<double> values_of(const Samples& samples, double Sample::*field) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(sample.*field);
  return values;
}

}  // namespace

Samples samples_of(const Samples& all, const std::string& group, const std::string& way) {
  Samples found;
  for (const Sample& sample : all)
    if (sample.group == group && sample.way == way) found.push_back(sample);
  return found;
}

Samples done_of(const Samples& all) {
  Samples done;
  for (const Sample& sample : all)
    if (sample.exit_code == 0) done.push_back(sample);
  return done;
}

std::vector<std::string> groups_of(const Samples& all) {
  return distinct(all, &Sample::group);
}
std::vector<std::string> ways_of(const Samples& all) {
  return distinct(all, &Sample::way);
}
std::vector<double> stalls_of(const Samples& samples) {
  return values_of(samples, &Sample::stall);
}
std::vector<double> helds_of(const Samples& samples) {
  return values_of(samples, &Sample::held);
}
std::vector<double> bouncer_waits_of(const Samples& samples) {
  return values_of(samples, &Sample::bouncer_wait);
}

}  // namespace cutover::bench
