#include "controller/servers/decision.h"

#include <fmt/format.h>

#include "controller/servers/mark_and_gate.h"
#include "controller/servers/sqlstates.h"
#include "controller/servers/writer_locks.h"

namespace cutover {
namespace {

using postgres::quote_literal;

constexpr const char* idle_in_transaction_timeout = "25P03";

// flush_due stays until every session born under the fence was ended, whoever takes it down.
// The value before the fence is read from the catalogue: what SHOW says is this session's own.
constexpr const char* put_up_sql = R"(
DO $fence$
DECLARE
  earlier text := (
    SELECT substr(setting, length('default_transaction_read_only=') + 1)
    FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase,
         unnest(s.setconfig) AS setting
    WHERE d.datname = current_database() AND s.setrole = 0
      AND setting LIKE 'default\_transaction\_read\_only=%');
BEGIN
  UPDATE cutover.run
  SET previous_read_only = CASE WHEN fenced THEN previous_read_only ELSE earlier END,
      fenced = true, flush_due = true, decided_at = {0}, decision = {4}
  WHERE side = {1} AND run_id = {2} AND epoch = {3};
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'CU001', MESSAGE = 'the epoch belongs to another run';
  END IF;
  EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
END $fence$;
SET LOCAL synchronous_commit = on;
COMMIT)";

constexpr const char* take_down_sql = R"(
SET LOCAL synchronous_commit = on;
DO $fence$
DECLARE
  was cutover.run;
BEGIN
  SELECT * INTO was FROM cutover.run WHERE side = {0} AND epoch = {1} FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'CU001', MESSAGE = 'the epoch belongs to another run';
  END IF;
  IF NOT was.fenced THEN
    RETURN;
  END IF;
  UPDATE cutover.run
  SET fenced = false, decided_at = NULL, decision = '', previous_read_only = NULL
  WHERE side = {0};
  IF was.previous_read_only IS NULL THEN
    EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database());
  ELSE
    EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = %L',
                   current_database(), was.previous_read_only);
  END IF;
END $fence$)";

std::string put_up(const DatabaseServers& servers, const Claim& claim, FenceKind kind) {
  const char* decided_at = kind == FenceKind::decision ? "clock_timestamp()" : "NULL";
  return fmt::format(put_up_sql, decided_at, quote_literal(servers.sides.blue_colour),
                     quote_literal(claim.run_id), claim.epoch, quote_literal(servers.decision));
}

/// The server ended the transaction before it read what we sent, or refused it as a whole.
bool surely_without_effect(const postgres::Failure& failure) {
  return !failure.lost || failure.sqlstate == idle_in_transaction_timeout;
}

Outcome not_fenced(const postgres::Failure& failure) {
  if (failure.sqlstate == stale_epoch) return refused(failure.what, stale_epoch_hint);
  if (surely_without_effect(failure)) return refused(failure.what, failure.hint);
  return in_doubt(failure.what, failure.hint);
}

Task<postgres::Answer<std::vector<postgres::Rows>>> send_undo(DatabaseServers& servers,
                                                              Claim claim) {
  const auto unopened = co_await servers.marker.open();
  if (unopened) co_return postgres::Failure{*unopened, "", true};
  servers.undo_in_flight = servers.marker.backend_pid();
  auto answer = co_await servers.marker.script(
      fmt::format(take_down_sql, quote_literal(servers.sides.blue_colour), claim.epoch));
  if (answer || surely_without_effect(answer.error())) servers.undo_in_flight = 0;
  co_return answer;
}

}  // namespace

Task<Outcome> end_lost_undo(DatabaseServers& servers) {
  const auto ended =
      co_await end_unanswered(servers.marker, servers.watcher, servers.options.run_id,
                              servers.undo_in_flight, "the session of a lost undo");
  co_return ended;
}

Task<Outcome> put_up_fence(DatabaseServers& servers, Claim claim, FenceKind kind) {
  if (!servers.held || !servers.decider.is_open())
    co_return refused(servers.blue_place() + ": the locks that hold writers were lost",
                      "the next attempt takes them again");
  const auto ended = co_await end_lost_undo(servers);
  if (!ended.is_done()) co_return refused(ended.detail, ended.hint);
  servers.held = false;
  servers.sealed = false;
  servers.decision_in_flight = true;
  servers.decision = fresh_token(claim.run_id);
  const auto sql = put_up(servers, claim, kind);
  const auto answer = co_await servers.decider.script_in_transaction(sql);
  servers.decision_in_flight = !answer && !surely_without_effect(answer.error());
  if (answer) co_return done();
  servers.decider.close();
  co_return not_fenced(answer.error());
}

Task<Outcome> take_down_fence(DatabaseServers& servers, Claim claim) {
  servers.sealed = false;
  if (servers.decision_in_flight) {
    const auto decider_ended = co_await end_lost_decider(servers);
    if (!decider_ended.is_done()) co_return decider_ended;
  }
  const auto ended = co_await end_lost_undo(servers);
  if (!ended.is_done()) co_return ended;
  const auto answer = co_await send_undo(servers, claim);
  if (!answer && answer.error().sqlstate == undefined_table) co_return done();
  if (!answer) co_return not_fenced(answer.error());
  co_return done();
}

}  // namespace cutover
