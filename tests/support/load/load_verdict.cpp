#include "tests/support/load/load_verdict.h"

#include <algorithm>
#include <sstream>

#include "tests/support/sql_session.h"

namespace cutover::support {
namespace {

constexpr std::size_t problems_shown = 20;

/// What a server holds of one client.
struct ClientRows {
  std::map<std::int64_t, std::uint64_t> count_of;  ///< counter → rows
  std::uint64_t multi = 0;                         ///< rows of multi-statement transactions
  std::uint64_t increments = 0;
};

using RowsByClient = std::map<int, ClientRows>;

std::string all_rows(const LoadSchema& schema) {
  std::string text;
  for (const LoadTable& table : load_tables(schema))
    text += (text.empty() ? "" : " UNION ALL ") +
            ("SELECT client, counter, multi, server FROM " + table.name);
  return text;
}

RowsByClient rows_on(const std::string& conninfo, const LoadSchema& schema) {
  RowsByClient rows;
  SqlSession session(conninfo);
  const SqlResult counts =
      session.must("SELECT client, counter, count(*), bool_or(multi)::int FROM (" +
                   all_rows(schema) + ") AS every GROUP BY 1, 2");
  for (const auto& row : counts.rows) {
    ClientRows& client = rows[std::stoi(row[0])];
    client.count_of[std::stoll(row[1])] = std::stoull(row[2]);
    client.multi += std::stoull(row[3]);
  }
  for (const auto& row : session.must("SELECT client, increments FROM load.client").rows)
    rows[std::stoi(row[0])].increments = std::stoull(row[1]);
  return rows;
}

std::map<std::string, std::uint64_t> served_by(const std::string& conninfo,
                                               const LoadSchema& schema) {
  std::map<std::string, std::uint64_t> counts;
  const SqlResult result = run_sql(
      conninfo, "SELECT server, count(*) FROM (" + all_rows(schema) + ") AS every GROUP BY 1");
  for (const auto& row : result.rows) counts[row[0]] = std::stoull(row[1]);
  return counts;
}

std::uint64_t count_in(const ClientRows& rows, std::int64_t counter) {
  const auto found = rows.count_of.find(counter);
  return found == rows.count_of.end() ? 0 : found->second;
}

void note(LoadVerdict& verdict, int client, std::int64_t counter, const std::string& what) {
  if (verdict.problems.size() < problems_shown)
    verdict.problems.push_back("write " + std::to_string(counter) + " of client " +
                               std::to_string(client) + " " + what);
}

void judge_write(LoadVerdict& verdict, int client, std::int64_t counter, WriteFate fate,
                 std::uint64_t on_green) {
  if (fate == WriteFate::acknowledged && on_green == 0) {
    ++verdict.lost;
    note(verdict, client, counter, "was acknowledged and is not on green");
  }
  if (fate == WriteFate::failed && on_green > 0) {
    ++verdict.unexpected;
    note(verdict, client, counter, "was refused and is on green");
  }
  if (on_green > 1) {
    verdict.doubled += on_green - 1;
    note(verdict, client, counter, "is on green " + std::to_string(on_green) + " times");
  }
}

void judge_increments(LoadVerdict& verdict, int client, const ClientRows& rows) {
  if (rows.increments == rows.multi) return;
  const bool more = rows.increments > rows.multi;
  (more ? verdict.doubled : verdict.lost) +=
      more ? rows.increments - rows.multi : rows.multi - rows.increments;
  verdict.problems.push_back("client " + std::to_string(client) + " has " +
                             std::to_string(rows.increments) + " increments and " +
                             std::to_string(rows.multi) + " rows that made one");
}

void judge_client(LoadVerdict& verdict, const ClientRecord& record, const ClientRows& on_green) {
  const std::vector<WriteFate> fates = record.fates();
  for (std::size_t place = 0; place < fates.size(); ++place) {
    const auto counter = static_cast<std::int64_t>(place) + 1;
    judge_write(verdict, record.client(), counter, fates[place], count_in(on_green, counter));
  }
  judge_increments(verdict, record.client(), on_green);
}

void judge_left_behind(LoadVerdict& verdict, int client, const ClientRows& on_blue,
                       const ClientRows& on_green) {
  for (const auto& [counter, count] : on_blue.count_of) {
    if (count <= count_in(on_green, counter)) continue;
    ++verdict.left_behind;
    note(verdict, client, counter, "is on blue and not on green");
  }
}

void add_measurements(LoadVerdict& verdict, const LoadDriver& driver) {
  const LoadProgress progress = driver.progress();
  verdict.acknowledged = progress.acknowledged;
  verdict.failed = progress.failed;
  verdict.unknown = progress.unknown;
  verdict.latency = driver.latency();
  verdict.longest_stalls = driver.longest_stalls();
  for (const double stall : verdict.longest_stalls)
    verdict.longest_stall = std::max(verdict.longest_stall, stall);
  for (const std::string& error : driver.errors())
    if (verdict.problems.size() < problems_shown) verdict.problems.push_back(error);
}

std::string stalls_text(const LoadVerdict& verdict) {
  if (verdict.longest_stalls.empty()) return "no clients";
  std::vector<double> stalls = verdict.longest_stalls;
  std::sort(stalls.begin(), stalls.end());
  std::ostringstream text;
  text.setf(std::ios::fixed);
  text.precision(1);
  text << "each client's longest: min " << stalls.front() << ", median "
       << stalls[stalls.size() / 2] << ", max " << stalls.back() << " ms (" << stalls.size()
       << " clients)";
  return text.str();
}

}  // namespace

void check_that_load_can_be_judged(const std::string& conninfo, const LoadSchema& schema) {
  run_sql(conninfo,
          all_rows(schema) + " LIMIT 0; SELECT client, increments FROM load.client LIMIT 0");
}

LoadVerdict verify_load(const LoadDriver& driver, const std::string& green,
                        const std::string& blue) {
  const LoadSchema& schema = driver.options().schema;
  LoadVerdict verdict;
  RowsByClient on_green = rows_on(green, schema);
  RowsByClient on_blue = blue.empty() ? RowsByClient{} : rows_on(blue, schema);
  for (std::size_t number = 0; number < driver.clients(); ++number) {
    const ClientRecord& record = driver.record(number);
    judge_client(verdict, record, on_green[record.client()]);
    judge_left_behind(verdict, record.client(), on_blue[record.client()],
                      on_green[record.client()]);
  }
  verdict.served_by = served_by(green, schema);
  add_measurements(verdict, driver);
  return verdict;
}

std::uint64_t LoadVerdict::served_by_port(int port) const {
  const std::string with_port = ":" + std::to_string(port) + " ";
  std::uint64_t rows = 0;
  for (const auto& [server, count] : served_by)
    if (server.find(with_port) != std::string::npos) rows += count;
  return rows;
}

std::string to_text(const LoadVerdict& verdict) {
  std::ostringstream text;
  text.setf(std::ios::fixed);
  text.precision(1);
  text << verdict.lost << " lost, " << verdict.doubled << " doubled, " << verdict.failed
       << " failed\n"
       << verdict.acknowledged << " acknowledged, " << verdict.unknown << " unknown, "
       << verdict.unexpected << " refused yet applied, " << verdict.left_behind << " left behind\n"
       << "longest stall " << verdict.longest_stall << " ms; " << stalls_text(verdict)
       << "\nwrite latency p50 " << verdict.latency.p50 << ", p99 " << verdict.latency.p99
       << ", max " << verdict.latency.max << " ms\n";
  for (const auto& [server, count] : verdict.served_by)
    text << count << " served by " << server << "\n";
  for (const std::string& problem : verdict.problems) text << problem << "\n";
  return text.str();
}

}  // namespace cutover::support
