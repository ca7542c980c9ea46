#include "controller/runbook/watch_writers.h"

#include <fmt/format.h>

#include <set>

#include "common/async/within.h"
#include "controller/runbook/leftovers.h"
#include "controller/runbook/phase_tables.h"
#include "controller/runbook/replication_names.h"

namespace cutover {
namespace {

using postgres::quote_literal;

constexpr std::chrono::milliseconds between_samples(200);

constexpr const char* sessions_sql = R"(
SELECT a.pid, format('%s of %s from %s (pid %s)', coalesce(nullif(a.application_name, ''), 'a session'),
                     a.usename, coalesce(a.client_addr::text, 'local'), a.pid) AS name,
       a.backend_xid IS NOT NULL
       OR EXISTS (SELECT FROM pg_locks AS l
                  WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.relation >= 16384
                    AND l.mode IN ('RowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))
       AS writes
FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.backend_type = 'client backend'
  AND a.pid <> pg_backend_pid() AND a.application_name NOT LIKE 'cutover/%')";

// The way back's apply worker writes too.
constexpr const char* written_sql = R"(
SELECT (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
        WHERE schemaname <> 'cutover') AS written,
       EXISTS (SELECT FROM pg_subscription WHERE subenabled AND subdbid =
               (SELECT oid FROM pg_database WHERE datname = current_database())) AS follows)";

constexpr const char* other_runs_sql = R"(
SELECT DISTINCT application_name AS name FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'cutover/%'
  AND application_name <> current_setting('application_name'))";

struct Watched {
  std::set<std::string> writers;
  std::set<std::string> connected;
};

Task<Result<Watched>> sample(ServerSession& server, std::chrono::seconds limit) {
  Watched watched;
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    const auto rows = co_await server.query(sessions_sql);
    if (!rows) co_return Error(rows.error());
    for (std::size_t i = 0; i < rows->size(); ++i) {
      watched.connected.insert(rows->text(i, "name"));
      if (rows->text(i, "writes") == "t") watched.writers.insert(rows->text(i, "name"));
    }
    if (std::chrono::steady_clock::now() >= end) co_return watched;
    co_await sleep_for(between_samples);
  }
}

Outcome judge(const std::string& place, const Watched& watched, std::uint64_t rows) {
  const char* hint =
      "find out who they are and lead them to the side that serves; then finish again";
  if (!watched.writers.empty())
    return refused(
        place + ": still written to by " + named({watched.writers.begin(), watched.writers.end()}),
        hint);
  if (rows > 0)
    return refused(fmt::format("{}: {} rows were written while it was watched", place, rows), hint);
  return done(
      fmt::format("{}: {} sessions were seen, none wrote", place, watched.connected.size()));
}

Task<Outcome> watch(ServerSession& server, std::chrono::seconds limit) {
  const auto before = co_await server.query(written_sql);
  if (!before) co_return outcome_of_failure(before.error());
  const auto watched = co_await sample(server, limit);
  if (!watched) co_return in_doubt(watched.error());
  const auto after = co_await server.query(written_sql);
  if (!after) co_return outcome_of_failure(after.error());
  const bool follows = before->text(0, "follows") == "t" || after->text(0, "follows") == "t";
  const auto written = number_of(after->text(0, "written")) - number_of(before->text(0, "written"));
  co_return judge(server.place(), *watched, follows ? 0 : written);
}

Task<Outcome> is_settled(ServerSession& server, std::string colour) {
  const auto others = co_await server.query(other_runs_sql);
  if (!others) co_return outcome_of_failure(others.error());
  if (!others->empty())
    co_return refused(server.place() + ": another run is connected: " + others->text(0, "name"),
                      "wait for its end, or `cutover recover`");
  const auto there = co_await server.query(has_table_sql("run"));
  if (!there) co_return outcome_of_failure(there.error());
  if (there->text(0, "there") != "t") co_return done();
  const auto due = co_await server.query(
      "SELECT run_id FROM cutover.run WHERE flush_due AND NOT fenced AND side = " +
      quote_literal(colour));
  if (!due) co_return outcome_of_failure(due.error());
  if (due->empty()) co_return done();
  co_return refused(server.place() + ": run " + due->text(0, "run_id") + " was left half way",
                    "run `cutover recover`");
}

}  // namespace

Task<Result<Retired>> retired_side(ServerSession& blue, ServerSession& green) {
  const auto blue_fenced = co_await is_fenced(blue, "blue");
  if (!blue_fenced) co_return blue_fenced.error();
  if (*blue_fenced) co_return Retired::blue;
  const auto green_fenced = co_await is_fenced(green, "green");
  if (!green_fenced) co_return green_fenced.error();
  co_return *green_fenced ? Retired::green : Retired::none;
}

Task<Outcome> watch_for_writers(const PhaseSight& sight) {
  const auto retired = co_await retired_side(sight.blue, sight.green);
  if (!retired) co_return refused(retired.error());
  if (*retired == Retired::none)
    co_return done("nothing was cut over: traffic stays where it is, and green no longer follows");
  auto& server = *retired == Retired::blue ? sight.blue : sight.green;
  const auto outcome = co_await watch(server, sight.options.wishes.finish.watch);
  co_return outcome;
}

Task<Outcome> look_whether_settled(const PhaseSight& sight) {
  auto outcome = co_await is_settled(sight.blue, "blue");
  if (outcome.is_done()) outcome = co_await is_settled(sight.green, "green");
  co_return outcome;
}

}  // namespace cutover
