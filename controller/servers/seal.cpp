#include "controller/servers/seal.h"

#include <fmt/format.h>

#include "controller/servers/schema.h"
#include "controller/servers/sqlstates.h"

namespace cutover {
namespace {

using postgres::quote_literal;

constexpr const char* who_may_end =
    "end them by hand, or grant pg_signal_backend (for superusers' sessions: be a superuser)";

// One round trip. A backend reads the database's settings before pg_stat_activity shows it; from
// before that until after, it holds RowExclusiveLock on the database object. So first those that
// hold it now must have come through, then what is visible is complete. No clock is asked: it may
// step back. The functions behind the views are called: without the views' joins nothing has to be
// planned.
constexpr const char* end_sessions_sql = R"(
DO $seal$
DECLARE
  own constant integer[] := ARRAY[{own}];
  spared constant text[] := ARRAY[{spared}]::text[];  -- never a NULL in it
  home constant oid := (SELECT oid FROM pg_database WHERE datname = current_database());
  was cutover.run;
  arriving text[];
  doomed text[];
  unseen bigint;
  one record;
  untouchable text := '';
  remaining text;
  looks integer := 0;
BEGIN
  SELECT * INTO was FROM cutover.run WHERE side = {side};
  IF was.epoch IS DISTINCT FROM {epoch} OR was.fenced IS DISTINCT FROM {fenced} THEN
    RAISE EXCEPTION USING ERRCODE = 'CU001',
      MESSAGE = 'the fence is not as this run left it, or the epoch belongs to another run';
  END IF;
  IF NOT was.flush_due THEN
    RETURN;
  END IF;

  arriving := ARRAY(SELECT pid || '/' || virtualtransaction FROM pg_lock_status()
    WHERE locktype = 'object' AND classid = 'pg_database'::regclass AND objid = home
      AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid());
  WHILE cardinality(arriving) > 0 LOOP
    SELECT string_agg('pid ' || pid, ', ') INTO remaining FROM pg_lock_status()
    WHERE locktype = 'object' AND classid = 'pg_database'::regclass AND objid = home
      AND mode = 'RowExclusiveLock' AND pid || '/' || virtualtransaction = ANY (arriving);
    EXIT WHEN remaining IS NULL;
    looks := looks + 1;
    IF looks > {looks} THEN
      RAISE EXCEPTION USING ERRCODE = 'CU002',
        MESSAGE = 'sessions that are logging in do not come through: ' || remaining;
    END IF;
    PERFORM pg_sleep(0.0005);
  END LOOP;

  PERFORM pg_stat_clear_snapshot();
  SELECT count(*) FILTER (WHERE backend_type IS NULL),
         coalesce(array_agg(pid || '/' || backend_start) FILTER (
           WHERE pid <> ALL (own) AND pid || '/' || backend_start <> ALL (spared)
             AND backend_type NOT IN
               ('walsender', 'parallel worker', 'autovacuum worker', 'slotsync worker')
             AND backend_type NOT LIKE 'logical replication %'), '{{}}')
  INTO unseen, doomed
  FROM pg_stat_get_activity(NULL) WHERE datid = home;
  IF unseen > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'CU005',
      MESSAGE = 'this role may not see the sessions of others';
  END IF;

  FOR one IN SELECT pid, usesysid::regrole AS role, application_name, backend_type
             FROM pg_stat_get_activity(NULL)
             WHERE pid || '/' || backend_start = ANY (doomed) LOOP
    BEGIN
      PERFORM pg_terminate_backend(one.pid);
    EXCEPTION WHEN insufficient_privilege THEN
      untouchable := untouchable || format(' pid %s (%s, %s %s)', one.pid, one.role,
                                           one.backend_type, one.application_name);
    END;
  END LOOP;
  IF untouchable <> '' THEN
    RAISE EXCEPTION USING ERRCODE = 'CU003',
      MESSAGE = 'sessions that this role may not end:' || untouchable;
  END IF;

  WHILE cardinality(doomed) > 0 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT string_agg(format('pid %s (%s %s)', pid, usesysid::regrole, application_name), ', ')
    INTO remaining
    FROM pg_stat_get_activity(NULL) WHERE pid || '/' || backend_start = ANY (doomed);
    EXIT WHEN remaining IS NULL;
    looks := looks + 1;
    IF looks > {looks} THEN
      RAISE EXCEPTION USING ERRCODE = 'CU002',
        MESSAGE = 'sessions that were told to end are still there: ' || remaining;
    END IF;
    PERFORM pg_sleep(0.0005);
  END LOOP;

  IF {fenced} THEN
    SELECT string_agg(quote_literal(gid), ', ') INTO remaining
    FROM pg_prepared_xact() WHERE dbid = home;
    IF remaining IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'CU004',
        MESSAGE = 'prepared transactions are open: ' || remaining;
    END IF;
  ELSE
    UPDATE cutover.run SET flush_due = false
    WHERE side = {side} AND epoch = {epoch} AND NOT fenced;
  END IF;
END $seal$)";

struct Hint {
  const char* sqlstate;
  const char* text;
};

constexpr Hint hints[] = {
    {stale_epoch, stale_epoch_hint},
    {"CU002", "see pg_stat_activity; such a backend may hang in I/O or in an extension"},
    {"CU003", who_may_end},
    {"CU004", "commit or roll them back, and stop what prepares them"},
    {"CU005", "grant pg_monitor to the user of the controller"},
};

/// A look every 1.5 ms, measured: pg_sleep takes no less than a millisecond. No clock is asked.
std::string end_sessions(DatabaseServers& servers, const Claim& claim, bool fenced,
                         const std::vector<std::string>& spared) {
  using fmt::arg;
  return fmt::format(end_sessions_sql, arg("own", servers.own_pids()),
                     arg("spared", spared.empty() ? "" : list_of_literals(spared)),
                     arg("side", quote_literal(servers.sides.blue_colour)),
                     arg("epoch", claim.epoch), arg("fenced", fenced),
                     arg("looks", servers.options.seal_timeout.count() * 2 / 3));
}

Outcome not_ended(const postgres::Failure& failure) {
  for (const auto& [sqlstate, hint] : hints)
    if (failure.sqlstate == sqlstate) return refused(failure.what, hint);
  return outcome_of(failure);
}

}  // namespace

Task<Result<std::vector<std::string>>> list_sessions(DatabaseServers& servers) {
  // The function behind the view: nothing to join, nothing to plan.
  const auto rows = co_await servers.watcher.query(
      "SELECT pid || '/' || backend_start AS session FROM pg_stat_get_activity(NULL) "
      "WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database()) "
      "AND backend_type = 'client backend'");
  if (!rows) co_return Error(rows.error());
  std::vector<std::string> sessions;
  for (std::size_t i = 0; i < rows->size(); ++i) sessions.push_back(rows->text(i, "session"));
  co_return sessions;
}

Task<Outcome> seal_database(DatabaseServers& servers, Claim claim) {
  const auto sql = end_sessions(servers, claim, true, {});
  const auto answer = co_await servers.marker.script(sql);
  servers.sealed = answer.has_value();
  co_return answer ? done() : not_ended(answer.error());
}

/// Without answer it may go on later, and must not call the next fence's flush done.
Task<Outcome> end_fenced_sessions(DatabaseServers& servers, Claim claim) {
  const auto sql = end_sessions(servers, claim, false, servers.before_fence);
  const auto unopened = co_await servers.marker.open();
  if (unopened) co_return in_doubt(*unopened);
  servers.undo_in_flight = servers.marker.backend_pid();
  const auto answer = co_await servers.marker.script(sql);
  if (answer || !answer.error().lost) servers.undo_in_flight = 0;
  co_return answer ? done() : not_ended(answer.error());
}

Task<Outcome> database_is_sealed(DatabaseServers& servers) {
  if (!servers.sealed) co_return refused(servers.blue_place() + ": not sealed by this process");
  const auto rows = co_await servers.watcher.query(
      fmt::format("SELECT fenced AND NOT EXISTS (SELECT FROM pg_prepared_xacts "
                  "WHERE database = current_database()) AS sealed FROM "
                  "cutover.run WHERE side = {}",
                  quote_literal(servers.sides.blue_colour)));
  if (!rows) co_return in_doubt(Error(rows.error()));
  if (!rows->empty() && rows->text(0, "sealed") == "t") co_return done();
  co_return refused(servers.blue_place() + ": the fence is down, or a transaction is prepared");
}

}  // namespace cutover
