#include "tests/support/load/floor.h"

#include <algorithm>
#include <future>
#include <stdexcept>

#include "tests/support/eventually.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;
using Consoles = std::vector<SqlSession>;

void tell_all(Consoles& consoles, const char* command) {
  std::vector<std::future<void>> answers;
  for (SqlSession& console : consoles)
    answers.push_back(std::async(std::launch::async, [&] { console.must(command); }));
  for (auto& answer : answers) answer.get();
}

std::size_t column_of(const SqlResult& result, const std::string& name) {
  const auto found = std::find(result.columns.begin(), result.columns.end(), name);
  if (found == result.columns.end()) throw std::runtime_error("SHOW POOLS has no column " + name);
  return static_cast<std::size_t>(found - result.columns.begin());
}

/// PAUSE during a server's login makes PgBouncer refuse clients for server_login_retry.
bool nobody_logs_in(Consoles& consoles) {
  return std::all_of(consoles.begin(), consoles.end(), [](SqlSession& console) {
    const SqlResult pools = console.must("SHOW POOLS");
    const std::size_t column = column_of(pools, "sv_login");
    return std::all_of(pools.rows.begin(), pools.rows.end(),
                       [column](const auto& row) { return row[column] == "0"; });
  });
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void measure_round(const LoadDriver& driver, Consoles& consoles, Floor& floor) {
  if (!eventually(
          5s, [&] { return nobody_logs_in(consoles); }, 1ms))
    throw std::runtime_error("PgBouncer keeps logging in to its server");
  const auto begin = LoadClock::now();
  tell_all(consoles, "PAUSE");
  tell_all(consoles, "RESUME");
  const auto end = LoadClock::now();
  if (!eventually(
          30s, [&] { return driver.writes_have_ended(end); }, 1ms))
    throw std::runtime_error("a write that began before RESUME has not ended");
  floor.held_ms_of_rounds.push_back(milliseconds(end - begin));
  floor.stall_ms_of_rounds.push_back(driver.longest_stall(begin, end));
}

}  // namespace

Floor measure_floor(const LoadDriver& driver, const std::vector<std::string>& conninfos, int rounds,
                    int writes_between) {
  Consoles consoles;
  for (const std::string& conninfo : conninfos) {
    consoles.emplace_back(conninfo);
    if (!consoles.back().is_open()) throw std::runtime_error(consoles.back().error());
  }
  Floor floor;
  for (int round = 0; round < rounds; ++round) {
    if (!driver.everyone_wrote(writes_between, 30s))
      throw std::runtime_error("the load does not write");
    measure_round(driver, consoles, floor);
  }
  floor.held_ms = median(floor.held_ms_of_rounds);
  floor.longest_stall_ms = median(floor.stall_ms_of_rounds);
  return floor;
}

}  // namespace cutover::support
