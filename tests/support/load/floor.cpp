#include "tests/support/load/floor.h"

#include <algorithm>
#include <functional>
#include <future>
#include <stdexcept>

#include "tests/support/eventually.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;

struct Console {
  std::string conninfo;
  SqlSession session;
};
using Consoles = std::vector<Console>;

SqlResult pause(Console& console) {
  return console.session.run("PAUSE");
}

/// By a new line where the old one has gone: nobody else knows of the pause.
SqlResult resume(Console& console) {
  SqlResult result = console.session.run("RESUME");
  return result.lost ? SqlSession(console.conninfo).run("RESUME") : result;
}

/// All at once; an answer of each.
std::vector<SqlResult> tell_all(Consoles& consoles, SqlResult (*command)(Console&)) {
  std::vector<std::future<SqlResult>> answers;
  for (Console& console : consoles)
    answers.push_back(std::async(std::launch::async, command, std::ref(console)));
  std::vector<SqlResult> results;
  for (auto& answer : answers) results.push_back(answer.get());
  return results;
}

void throw_first_error(const std::vector<SqlResult>& results, const std::string& command) {
  for (const SqlResult& result : results)
    if (!result.ok) throw std::runtime_error(command + ": " + result.error);
}

/// A console that refused PAUSE is left alone: where it is paused, that is somebody else's.
void resume_paused(Consoles& consoles, const std::vector<SqlResult>& answers_to_pause) {
  for (std::size_t place = 0; place < consoles.size(); ++place)
    if (answers_to_pause[place].ok || answers_to_pause[place].lost) resume(consoles[place]);
}

std::size_t column_of(const SqlResult& result, const std::string& name) {
  const auto found = std::find(result.columns.begin(), result.columns.end(), name);
  if (found == result.columns.end()) throw std::runtime_error("SHOW POOLS has no column " + name);
  return static_cast<std::size_t>(found - result.columns.begin());
}

/// PAUSE during a server's login makes PgBouncer refuse clients for server_login_retry.
bool nobody_logs_in(Consoles& consoles) {
  return std::all_of(consoles.begin(), consoles.end(), [](Console& console) {
    const SqlResult pools = console.session.must("SHOW POOLS");
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

void pause_and_resume(Consoles& consoles) {
  const auto paused = tell_all(consoles, pause);
  const bool all_paused =
      std::all_of(paused.begin(), paused.end(), [](const auto& result) { return result.ok; });
  if (!all_paused) resume_paused(consoles, paused);
  throw_first_error(paused, "PAUSE");
  throw_first_error(tell_all(consoles, resume), "RESUME");
}

void measure_round(const LoadDriver& driver, Consoles& consoles, Floor& floor) {
  if (!eventually(
          5s, [&] { return nobody_logs_in(consoles); }, 1ms))
    throw std::runtime_error("PgBouncer keeps logging in to its server");
  floor.began = LoadClock::now();
  pause_and_resume(consoles);
  floor.ended = LoadClock::now();
  if (!eventually(
          30s, [&] { return driver.writes_have_ended(floor.ended); }, 1ms))
    throw std::runtime_error("a write that began before RESUME has not ended");
  floor.held_ms_of_rounds.push_back(milliseconds(floor.ended - floor.began));
  floor.stall_ms_of_rounds.push_back(driver.longest_stall(floor.began, floor.ended));
}

}  // namespace

Floor measure_floor(const LoadDriver& driver, const std::vector<std::string>& conninfos, int rounds,
                    int writes_between) {
  Consoles consoles;
  for (const std::string& conninfo : conninfos) {
    consoles.push_back({conninfo, SqlSession(conninfo)});
    const SqlSession& session = consoles.back().session;
    if (!session.is_open()) throw std::runtime_error(session.error());
  }
  Floor floor;
  for (int round = 0; round < rounds; ++round) {
    if (!driver.everyone_wrote(writes_between, 30s))
      throw std::runtime_error("the load does not write");
    driver.leave_their_rhythm();
    measure_round(driver, consoles, floor);
  }
  floor.held_ms = median(floor.held_ms_of_rounds);
  floor.longest_stall_ms = median(floor.stall_ms_of_rounds);
  return floor;
}

}  // namespace cutover::support
