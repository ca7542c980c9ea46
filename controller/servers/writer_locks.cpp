#include "controller/servers/writer_locks.h"

#include <fmt/format.h>

#include "common/async/gather.h"
#include "common/async/within.h"
#include "common/base/outcomes.h"
#include "controller/servers/fence_triggers.h"
#include "controller/servers/published_tables.h"
#include "controller/servers/schema.h"
#include "controller/servers/seal.h"
#include "controller/servers/sqlstates.h"

namespace cutover {
namespace {

constexpr int looks_for_the_end = 1000;

// Who holds what the deciding session waited for, longest transaction first.
constexpr const char* blockers_sql = R"(
SELECT a.pid, a.usename, coalesce(a.application_name, '') AS application,
       coalesce(a.client_addr::text, 'local') AS address, l.relation::regclass::text AS table_name,
       a.backend_type
FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'relation' AND l.granted AND l.relation IN ({})
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock',
                 'ExclusiveLock', 'AccessExclusiveLock')
ORDER BY a.xact_start NULLS LAST LIMIT 3)";

// ONLY: the list has the whole tree already, and in a fixed order.
std::string lock_sql(const DatabaseServers& servers, milliseconds lease) {
  auto sql =
      fmt::format("BEGIN; SET LOCAL idle_in_transaction_session_timeout = {};", lease.count());
  if (servers.may_shorten_deadlock_timeout) sql += "SET LOCAL deadlock_timeout = 5;";
  std::string tables;
  for (const auto& table : servers.published)
    tables += (tables.empty() ? "ONLY " : ", ONLY ") + table.name;
  if (!tables.empty()) sql += "LOCK TABLE " + tables + " IN SHARE MODE";
  return sql;
}

Task<std::string> who_blocks(DatabaseServers& servers) {
  const auto rows =
      co_await servers.watcher.query(fmt::format(blockers_sql, oids_of(servers.published)));
  std::string who;
  if (!rows) co_return who;
  for (std::size_t i = 0; i < rows->size(); ++i)
    who += fmt::format("{}pid {} ({} {} from {}) on {}", i == 0 ? "" : ", ", rows->text(i, "pid"),
                       rows->text(i, "usename"),
                       rows->text(i, "application").empty() ? rows->text(i, "backend_type")
                                                            : rows->text(i, "application"),
                       rows->text(i, "address"), rows->text(i, "table_name"));
  co_return who;
}

Task<Outcome> not_locked(DatabaseServers& servers, postgres::Failure failure) {
  if (failure.lost) co_return refused(failure.what, failure.hint);
  const auto rolled_back = co_await servers.decider.script_in_transaction("ROLLBACK");
  if (!rolled_back) servers.decider.close();
  if (failure.sqlstate != lock_not_available) co_return refused(failure.what, failure.hint);
  const auto who = co_await who_blocks(servers);
  co_return refused(failure.what + (who.empty() ? "" : "; held now by " + who),
                    "a writer that bypasses the bouncers, or a maintenance "
                    "command, keeps the "
                    "table: stop it, or let the next attempt find a gap");
}

Task<Outcome> install_the_rest(DatabaseServers& servers) {
  std::string sql;
  for (const auto& table : servers.without_trigger)
    sql += drop_fence_trigger_sql(servers.sides.blue_colour, table.name) +
           create_fence_trigger_sql(servers.sides.blue_colour, table.name);
  if (sql.empty()) co_return done();
  const auto created = co_await servers.decider.script_in_transaction(sql);
  co_return created ? done() : refused(Error(created.error()));
}

Task<Outcome> note_missing_triggers(DatabaseServers& servers) {
  auto missing = co_await tables_without_trigger(servers);
  if (!missing) co_return refused(missing.error());
  servers.without_trigger = std::move(*missing);
  co_return done();
}

/// Whoever is visible now began before the fence and may stay if it comes down again.
Task<Outcome> note_sessions(DatabaseServers& servers) {
  auto sessions = co_await list_sessions(servers);
  if (!sessions) co_return refused(sessions.error());
  servers.before_fence = std::move(*sessions);
  co_return done();
}

Task<Outcome> lock_tables(DatabaseServers& servers, milliseconds lease) {
  const auto opened = co_await servers.decider.open();
  if (opened) co_return refused(*opened);
  const auto locked = co_await servers.decider.script_in_transaction(lock_sql(servers, lease));
  if (locked) co_return done();
  const auto outcome = co_await not_locked(servers, locked.error());
  co_return outcome;
}

}  // namespace

Task<std::optional<Error>> learn_deadlock_timeout(DatabaseServers& servers) {
  const auto tried = co_await servers.decider.script("SET LOCAL deadlock_timeout = 5; SELECT 1");
  servers.may_shorten_deadlock_timeout = tried.has_value();
  if (!tried && tried.error().lost) co_return Error(tried.error());
  co_return std::nullopt;
}

Task<Outcome> end_own_backend(ServerSession& asking, std::string run_id, int pid,
                              std::string name) {
  const auto sql = fmt::format(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE pid = {} AND application_name = {} AND datname = "
      "current_database()",
      pid, postgres::quote_literal("cutover/" + run_id));
  for (int look = 0; look < looks_for_the_end; ++look) {
    const auto ended = co_await asking.query(sql);
    if (!ended) co_return in_doubt(Error(ended.error()));
    if (ended->empty()) co_return done();
    co_await sleep_for(std::chrono::milliseconds(2));
  }
  co_return in_doubt(fmt::format("{}: {}, pid {}, does not end", asking.place(), name, pid),
                     "end it by hand, then run `cutover recover`");
}

Task<Outcome> end_unanswered(ServerSession& session, ServerSession& asking, std::string run_id,
                             int& in_flight, std::string name) {
  if (in_flight == 0) co_return done();
  if (session.backend_pid() == in_flight) session.close();
  const auto ended = co_await end_own_backend(asking, run_id, in_flight, name);
  if (ended.is_done()) in_flight = 0;
  co_return ended;
}

Task<Outcome> end_lost_decider(DatabaseServers& servers) {
  if (servers.decider.is_open()) co_return done();
  const int pid = servers.decider.backend_pid();
  const auto ended = co_await end_own_backend(servers.watcher, servers.options.run_id, pid,
                                              "the deciding session");
  if (ended.is_done()) servers.decision_in_flight = false;
  co_return ended;
}

Task<Outcome> take_writer_locks(DatabaseServers& servers, milliseconds lease) {
  if (servers.held) {
    const auto holds = co_await writer_locks_hold(servers);
    if (holds.is_done()) co_return holds;
  }
  if (servers.decision_in_flight) {
    const auto ended = co_await end_lost_decider(servers);
    if (!ended.is_done()) co_return ended;
  }
  if (servers.published.empty()) {
    const auto unread = co_await read_published_tables(servers);
    if (unread) co_return refused(*unread);
  }
  std::vector<Task<Outcome>> acts;
  acts.push_back(lock_tables(servers, lease));
  acts.push_back(note_missing_triggers(servers));
  acts.push_back(note_sessions(servers));
  const auto outcomes = co_await gather(std::move(acts));
  servers.held = outcomes.front().is_done();
  auto rest = worst_of(outcomes);
  if (rest.is_done()) rest = co_await install_the_rest(servers);
  if (rest.is_done()) co_return rest;
  const auto released = co_await release_writer_locks(servers);
  co_return released.is_done() ? rest : released;
}

Task<Outcome> release_writer_locks(DatabaseServers& servers) {
  const bool held = servers.held;
  servers.held = false;
  if (!servers.decider.is_open()) {
    if (!held) co_return done();
    const auto outcome = co_await end_lost_decider(servers);
    co_return outcome;
  }
  const auto rolled_back = co_await servers.decider.script_in_transaction("ROLLBACK");
  if (rolled_back) co_return done();
  servers.decider.close();
  const auto outcome = co_await end_lost_decider(servers);
  co_return outcome;
}

Task<Outcome> writer_locks_hold(DatabaseServers& servers) {
  if (!servers.held) co_return refused(servers.blue_place() + ": the locks were never taken");
  const auto rows = co_await servers.decider.script_in_transaction(
      fmt::format("SELECT count(DISTINCT relation) AS locked FROM pg_locks "
                  "WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted "
                  "AND mode = 'ShareLock' AND relation IN ({})",
                  oids_of(servers.published)));
  if (!rows) {
    servers.held = false;
    co_return refused(Error(rows.error()));
  }
  const auto locked = rows->back().text(0, "locked");
  if (locked == std::to_string(servers.published.size())) co_return done();
  co_return refused(fmt::format("{}: the deciding session holds {} of {} locks",
                                servers.blue_place(), locked, servers.published.size()));
}

}  // namespace cutover
