#include "controller/servers/claim.h"

#include <fmt/format.h>

#include "common/async/within.h"
#include "common/base/number.h"
#include "controller/servers/sqlstates.h"
#include "controller/servers/writer_locks.h"

namespace cutover {
namespace {

using postgres::quote_literal;
using postgres::Rows;

// "cutover" as a class key of its own, so that no application's advisory lock meets ours.
constexpr int lock_class = 0x63757476;
constexpr int lock_key = 1;

constexpr const char* record_sql = R"(
SELECT run_id, epoch, decided_at IS NOT NULL AS decided,
       fenced OR flush_due AS fenced, takes_down, decision
FROM cutover.run WHERE side = {})";

constexpr const char* tell_sql = R"(
UPDATE cutover.run
SET epoch = greatest(epoch, {0}), run_id = CASE WHEN epoch <= {0} THEN {1} ELSE run_id END,
    direction = CASE WHEN epoch <= {0} THEN {2} ELSE direction END
WHERE side = {2} RETURNING epoch)";

constexpr const char* holder_sql = R"(
SELECT a.pid, a.usename, a.application_name, coalesce(a.client_addr::text, 'local') AS address
FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {} AND l.objid = {} AND l.objsubid = 2
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))";

constexpr const char* take_sql = R"(
UPDATE cutover.run
SET epoch = greatest(epoch + 1, {0}), run_id = {1}, direction = {2}, started_at = clock_timestamp(),
    takes_down = {4}
WHERE side = {3} AND decided_at IS NULL AND NOT fenced AND NOT flush_due
RETURNING epoch)";

constexpr const char* seize_sql = R"(
UPDATE cutover.run SET epoch = greatest(epoch + 1, {0}), run_id = {1}
WHERE side = {2} RETURNING epoch)";

// Also the deciding session of the run that is taken over: its locks still hold writers.
constexpr const char* end_blockers_sql = R"(
SELECT DISTINCT a.pid, pg_terminate_backend(a.pid)
FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid NOT IN ({0})
  AND (EXISTS (SELECT FROM pg_locks AS l
               WHERE l.pid = a.pid AND l.granted
                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND (l.locktype = 'advisory' AND l.classid = {1} AND l.objid = {2} AND l.objsubid = 2
                      OR l.locktype = 'relation' AND l.relation = 'cutover.run'::regclass
                         AND l.mode <> 'AccessShareLock'))
       OR a.usename = current_user AND a.application_name = (
            SELECT 'cutover/' || run_id FROM cutover.run WHERE side = {3} AND run_id <> '')))";

std::string colour(const DatabaseServers& servers) {
  return quote_literal(servers.sides.blue_colour);
}

Error not_prepared(const DatabaseServers& servers) {
  return {fmt::format("{}: cutover.run has no row for side '{}'", servers.blue_place(),
                      servers.sides.blue_colour),
          "run `cutover prepare`"};
}

Error left_behind(const DatabaseServers& servers, const RunRecord& record) {
  return {
      fmt::format("{}: run {} (epoch {}) left {} behind", servers.blue_place(), record.claim.run_id,
                  record.claim.epoch, record.decided ? "its decision" : "a fence"),
      fmt::format("run `cutover recover`; when clients are on {} already, `cutover rollback` "
                  "goes back and `cutover finish` cleans up",
                  servers.sides.green_colour)};
}

Task<Error> why_not_taken(DatabaseServers& servers) {
  const auto record = co_await read_run_record(servers);
  if (!record) co_return record.error();
  if (record->decided || record->fenced) co_return left_behind(servers, *record);
  co_return not_prepared(servers);
}

Result<Claim> claim_from(const DatabaseServers& servers, const Rows& rows) {
  if (rows.empty()) return not_prepared(servers);
  return Claim{servers.options.run_id, number_in_answer<std::uint64_t>(rows.text(0, "epoch"))};
}

Task<Result<bool>> end_blockers(DatabaseServers& servers) {
  const auto ended = co_await servers.marker.query(
      fmt::format(end_blockers_sql, servers.own_pids(), lock_class, lock_key, colour(servers)));
  if (!ended) co_return Error(ended.error());
  co_return !ended->empty();
}

Task<std::optional<Error>> clear_the_way(DatabaseServers& servers) {
  constexpr int looks = 250;
  for (int look = 0; look < looks; ++look) {
    const auto any = co_await end_blockers(servers);
    if (!any) co_return any.error();
    if (!*any) co_return std::nullopt;
    co_await sleep_for(std::chrono::milliseconds(20));
  }
  co_return Error{servers.blue_place() + ": a session that holds cutover.run does not end",
                  "see pg_stat_activity and pg_locks, end it by hand, then `cutover recover`"};
}

}  // namespace

/// While a decision of our own may still be committed, what the row says is not the last word.
Task<Result<RunRecord>> read_run_record(DatabaseServers& servers) {
  if (servers.decision_in_flight) {
    const auto ended = co_await end_lost_decider(servers);
    if (!ended.is_done()) co_return Error{ended.detail, ended.hint};
  }
  const auto rows = co_await servers.reader.query(fmt::format(record_sql, colour(servers)));
  if (!rows && rows.error().sqlstate == undefined_table) co_return RunRecord{};
  if (!rows) co_return Error(rows.error());
  RunRecord record;
  if (rows->empty()) co_return record;
  record.claim = {rows->text(0, "run_id"), number_in_answer<std::uint64_t>(rows->text(0, "epoch"))};
  record.decided = rows->text(0, "decided") == "t";
  record.fenced = rows->text(0, "fenced") == "t";
  servers.takes_down = rows->text(0, "takes_down") == "t";
  servers.decision = rows->text(0, "decision");
  co_return record;
}

Task<Outcome> lock_claim(DatabaseServers& servers) {
  const auto locked = co_await servers.keeper.query(
      fmt::format("SELECT pg_try_advisory_lock({}, {}) AS locked", lock_class, lock_key));
  if (!locked) co_return outcome_of(locked.error());
  if (locked->text(0, "locked") == "t") co_return done();
  const auto holder = co_await servers.reader.query(fmt::format(holder_sql, lock_class, lock_key));
  std::string who = "a session that has just ended";
  if (holder && !holder->empty())
    who = fmt::format("pid {} ({} {} from {})", holder->text(0, "pid"), holder->text(0, "usename"),
                      holder->text(0, "application_name"), holder->text(0, "address"));
  co_return refused(servers.blue_place() + ": another run holds the claim: " + who,
                    "wait for it, or take over with `cutover recover` when nobody watches it");
}

Task<Result<Claim>> take_epoch(DatabaseServers& servers, std::uint64_t at_least) {
  const auto rows = co_await servers.keeper.query(
      fmt::format(take_sql, at_least, quote_literal(servers.options.run_id),
                  quote_literal(servers.sides.green_colour), colour(servers), servers.takes_down));
  if (!rows && rows.error().sqlstate == undefined_table) co_return not_prepared(servers);
  if (!rows) co_return Error(rows.error());
  if (!rows->empty()) co_return claim_from(servers, *rows);
  const auto why = co_await why_not_taken(servers);
  co_return why;
}

Task<Result<Claim>> seize_epoch(DatabaseServers& servers, std::uint64_t at_least) {
  const auto blocked = co_await clear_the_way(servers);
  if (blocked) co_return *blocked;
  const auto locked = co_await lock_claim(servers);
  if (!locked.is_done()) co_return Error{locked.detail, locked.hint};
  const auto rows = co_await servers.keeper.query(
      fmt::format(seize_sql, at_least, quote_literal(servers.options.run_id), colour(servers)));
  if (!rows) co_return Error(rows.error());
  co_return claim_from(servers, *rows);
}

Task<Outcome> follow_epoch(DatabaseServers& servers, Claim claim) {
  const auto rows = co_await servers.marker.query(fmt::format(
      "UPDATE cutover.run SET epoch = {0}, run_id = {1}, direction = {3}, takes_down = {4} "
      "WHERE side = {2} AND epoch <= {0}",
      claim.epoch, quote_literal(claim.run_id), colour(servers),
      quote_literal(servers.sides.green_colour), servers.takes_down));
  if (!rows) co_return outcome_of(rows.error());
  if (rows->affected() == 1) co_return done();
  co_return refused(servers.blue_place() + ": cutover.run has no row that this run may claim",
                    "run `cutover prepare`; a newer epoch there means that another run acts");
}

Task<Result<std::uint64_t>> look_at_green_row(DatabaseServers& servers) {
  const auto rows = co_await servers.green_reader.query(
      fmt::format(record_sql, quote_literal(servers.sides.green_colour)));
  if (!rows && rows.error().sqlstate == undefined_table) co_return std::uint64_t{0};
  if (!rows) co_return Error(rows.error());
  if (rows->empty()) co_return std::uint64_t{0};
  servers.takes_down = rows->text(0, "fenced") == "t";
  co_return number_in_answer<std::uint64_t>(rows->text(0, "epoch"));
}

Task<Outcome> tell_green(DatabaseServers& servers, Claim claim) {
  const auto rows = co_await servers.green_reader.query(
      fmt::format(tell_sql, claim.epoch, quote_literal(claim.run_id),
                  quote_literal(servers.sides.green_colour)));
  if (!rows && rows.error().sqlstate == undefined_table) co_return done();
  if (!rows) co_return outcome_of(rows.error());
  if (rows->empty() || number_in_answer<std::uint64_t>(rows->text(0, "epoch")) == claim.epoch)
    co_return done();
  co_return refused(servers.green_place() + ": cutover.run there has a newer epoch",
                    "another run acts, in the other direction: run `cutover status`");
}

Task<Outcome> unlock_claim(DatabaseServers& servers) {
  if (!servers.keeper.is_open()) co_return done();  // the server let go with the session
  const auto answer = co_await servers.keeper.query(
      fmt::format("SELECT pg_advisory_unlock({}, {})", lock_class, lock_key));
  if (answer) co_return done();
  servers.keeper.close();
  co_return outcome_of(answer.error());
}

}  // namespace cutover
