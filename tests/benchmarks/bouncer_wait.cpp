#include "tests/benchmarks/bouncer_wait.h"

#include <algorithm>
#include <stdexcept>

#include "tests/support/sql_session.h"

namespace cutover::bench {
namespace {

double wait_of(const std::string& console) {
  const auto stats = support::SqlSession(console).must("SHOW STATS");
  const auto name = std::find(stats.columns.begin(), stats.columns.end(), "total_wait_time");
  if (name == stats.columns.end())
    throw std::runtime_error("SHOW STATS has no column total_wait_time");
  const auto column = static_cast<std::size_t>(name - stats.columns.begin());
  double microseconds = 0;
  for (const auto& database : stats.rows) microseconds += std::stod(database[column]);
  return microseconds / 1000;
}

}  // namespace

std::vector<double> bouncer_waits(const std::vector<std::string>& consoles) {
  std::vector<double> waits;
  for (const auto& console : consoles) waits.push_back(wait_of(console));
  return waits;
}

double waited(const std::vector<double>& before, const std::vector<double>& after) {
  double sum = 0;
  for (std::size_t place = 0; place < after.size(); ++place) {
    const bool is_same_process = place < before.size() && before[place] <= after[place];
    sum += is_same_process ? after[place] - before[place] : after[place];
  }
  return sum;
}

}  // namespace cutover::bench
