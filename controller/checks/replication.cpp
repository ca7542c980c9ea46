// Slot and subscription: is the stream from blue to green alive, without errors, and close behind.
// What is published is asked in publication.cpp.
#include <fmt/format.h>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"
#include "controller/checks/names.h"

namespace cutover {
namespace {

using Names = std::vector<std::string> (*)(const DatabaseConfig&);

struct NamedQuestion {
  Side side;
  std::string sql;  ///< $1 … are the arrays of `names`, in this order
  std::vector<Names> names;
  std::vector<std::string> more = {};  ///< the parameters after them
};

Task<void> gather_named(const CheckContext& context, NamedQuestion question, Evidence& evidence) {
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    for (const Names name : question.names)
      parameters.emplace_back(array_text(name(database.config)));
    for (const std::string& text : question.more) parameters.emplace_back(text);
    const auto rows = co_await server_of(database, question.side).ask(question.sql, parameters);
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
}

struct Wording {
  std::string none;
  std::string hint;
};

Task<Finding> ask_named(const CheckContext& context, NamedQuestion question, Wording wording) {
  Evidence evidence;
  co_await gather_named(context, std::move(question), evidence);
  co_return evidence.finding(wording.none, wording.hint);
}

Task<Finding> wal_level(const CheckContext& context) {
  return ask_offenders(context, {.sql = R"sql(
    SELECT 'fail' AS outcome, 'wal_level' AS label, current_setting('wal_level') AS object
     WHERE current_setting('wal_level') <> 'logical')sql",
                                 .none = "logical",
                                 .hint = "on blue: ALTER SYSTEM SET wal_level = 'logical', then "
                                         "restart it (rds.logical_replication = 1 on RDS)",
                                 .scope = Scope::cluster});
}

/// wal_status came with 13 and lives in a row that older versions lack: hence to_jsonb.
constexpr auto slots_sql = R"sql(
  SELECT CASE WHEN bad IS NULL THEN 'pass' ELSE 'fail' END AS outcome,
         coalesce(bad, 'streaming') AS label, quote_ident(name) AS object
    FROM (SELECT wanted.name,
                 CASE WHEN s.slot_name IS NULL THEN 'no such slot'
                      WHEN s.slot_type <> 'logical' THEN 'not a logical slot'
                      WHEN s.database <> current_database() THEN 'slot of another database'
                      WHEN s.plugin <> 'pgoutput' THEN 'slot of another plugin than pgoutput'
                      WHEN s.temporary THEN 'temporary slot'
                      WHEN to_jsonb(s) ->> 'wal_status' = 'lost' THEN 'slot has lost its WAL'
                      WHEN NOT s.active THEN 'slot is not active'
                      WHEN r.pid IS NULL THEN 'walsender of the slot cannot be seen'
                      WHEN r.state <> 'streaming' THEN 'walsender is not streaming yet'
                  END AS bad
            FROM unnest($1::text[]) AS wanted (name)
            LEFT JOIN pg_replication_slots s ON s.slot_name = wanted.name
            LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid) seen)sql";

Task<Finding> slot_active(const CheckContext& context) {
  return ask_named(
      context, {Side::blue, slots_sql, {slots_of}},
      {"every slot is active",
       "on blue: SELECT * FROM pg_replication_slots; on green: ALTER SUBSCRIPTION … ENABLE; its "
       "server log says why the worker does not stay"});
}

/// subskiplsn came with 15, subenabled and the rest are older. subconninfo is for superusers only
/// and must not be touched: the row as a whole would need it, so columns are listed.
std::string subscriptions_sql(const ReadOnlyServer& green) {
  const std::string skip = green.version() >= 150000 ? "s.subskiplsn <> '0/0'" : "false";
  return fmt::format(R"sql(
  SELECT CASE WHEN bad IS NULL THEN 'pass' ELSE 'fail' END AS outcome,
         coalesce(bad, 'enabled') AS label, quote_ident(name) AS object
    FROM (SELECT wanted.name,
                 CASE WHEN s.oid IS NULL THEN 'no such subscription on green'
                      WHEN NOT s.subenabled THEN 'disabled'
                      WHEN s.subslotname IS DISTINCT FROM wanted.slot
                        THEN format('uses slot %s instead of %s',
                                    coalesce(quote_ident(s.subslotname), 'none'),
                                    quote_ident(wanted.slot))
                      WHEN s.subpublications <> ARRAY[wanted.publication]
                        THEN format('follows publications %s instead of %s',
                                    s.subpublications, quote_ident(wanted.publication))
                      WHEN {} THEN 'is told to skip a transaction'
                  END AS bad
            FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (name, slot, publication)
            LEFT JOIN (pg_subscription s JOIN pg_database d
                         ON d.oid = s.subdbid AND d.datname = current_database())
              ON s.subname = wanted.name) seen)sql",
                     skip);
}

Task<Finding> subscription_enabled(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    parameters.emplace_back(array_text(subscriptions_of(database.config)));
    parameters.emplace_back(array_text(slots_of(database.config)));
    parameters.emplace_back(array_text(publications_of(database.config)));
    const auto rows = co_await database.green.ask(subscriptions_sql(database.green), parameters);
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
  co_return evidence.finding("every subscription is enabled",
                             "on green: ALTER SUBSCRIPTION … ENABLE, or SET PUBLICATION, or SET "
                             "(slot_name = …); `cutover subscribe` makes a missing one");
}

/// One row per subscription with relid NULL is the leader; from 16 on parallel workers have rows of
/// their own, with leader_pid. The statistics are of every database, whose subscriptions may well
/// have the same name: pg_subscription tells which is ours.
constexpr auto workers_sql = R"sql(
  SELECT CASE WHEN w.pid IS NULL THEN 'fail' ELSE 'pass' END AS outcome,
         CASE WHEN w.pid IS NULL THEN 'no worker runs for' ELSE 'worker runs for' END AS label,
         quote_ident(wanted.name) AS object
    FROM unnest($1::text[]) AS wanted (name)
    LEFT JOIN (pg_subscription s JOIN pg_database d
                 ON d.oid = s.subdbid AND d.datname = current_database())
      ON s.subname = wanted.name
    LEFT JOIN pg_stat_subscription w
      ON w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL
         AND (to_jsonb(w) ->> 'leader_pid') IS NULL)sql";

Task<Finding> subscription_worker(const CheckContext& context) {
  return ask_named(context, {Side::green, workers_sql, {subscriptions_of}},
                   {"every subscription has its worker",
                    "green's server log says why it ends; max_logical_replication_workers and "
                    "max_worker_processes may be too small"});
}

/// The counter has no time. A worker that was started again a moment ago beside errors means that
/// it fails over and over; an old one has left them behind.
constexpr auto errors_sql = R"sql(
  SELECT CASE WHEN e.apply_error_count = 0 THEN 'pass'
              WHEN a.backend_start < now() - interval '30 s' THEN 'warn' ELSE 'fail' END AS outcome,
         CASE WHEN e.subid IS NULL THEN 'no such subscription on green'
              WHEN e.apply_error_count = 0 THEN 'no apply error'
              WHEN a.backend_start < now() - interval '30 s' THEN 'had apply errors, runs again'
              ELSE 'fails to apply' END AS label,
         format('%I (%s errors)', wanted.name, coalesce(e.apply_error_count, 0)) AS object
    FROM unnest($1::text[]) AS wanted (name)
    LEFT JOIN (pg_subscription s JOIN pg_database d
                 ON d.oid = s.subdbid AND d.datname = current_database())
      ON s.subname = wanted.name
    LEFT JOIN pg_stat_subscription_stats e ON e.subid = s.oid
    LEFT JOIN pg_stat_subscription w
      ON w.subid = e.subid AND w.relid IS NULL AND (to_jsonb(w) ->> 'leader_pid') IS NULL
    LEFT JOIN pg_stat_activity a ON a.pid = w.pid)sql";

/// Before 15 nothing is counted; a worker that is never old is the sign that is left.
constexpr auto young_workers_sql = R"sql(
  SELECT CASE WHEN a.pid IS NULL THEN 'fail'
              WHEN a.backend_start < now() - interval '5 s' THEN 'pass' ELSE 'warn' END AS outcome,
         CASE WHEN a.pid IS NULL THEN 'no worker runs for'
              WHEN a.backend_start < now() - interval '5 s' THEN 'worker has lived for a while'
              ELSE 'worker was started a moment ago' END AS label,
         quote_ident(wanted.name) AS object
    FROM unnest($1::text[]) AS wanted (name)
    LEFT JOIN (pg_subscription s JOIN pg_database d
                 ON d.oid = s.subdbid AND d.datname = current_database())
      ON s.subname = wanted.name
    LEFT JOIN pg_stat_subscription w ON w.subid = s.oid AND w.relid IS NULL
    LEFT JOIN pg_stat_activity a ON a.pid = w.pid)sql";

Task<Finding> apply_errors(const CheckContext& context) {
  const bool counted =
      context.databases.empty() || context.databases.front().green.version() >= 150000;
  return ask_named(context,
                   {Side::green, counted ? errors_sql : young_workers_sql, {subscriptions_of}},
                   {"none",
                    "green's server log says which row it could not apply; on green, when that is "
                    "settled: SELECT pg_stat_reset_subscription_stats(oid) FROM pg_subscription"});
}

/// Current, not flushed, position: what a client writes now has to come as well.
constexpr auto lag_sql = R"sql(
  SELECT CASE WHEN lag <= $2::numeric THEN 'pass' ELSE 'fail' END AS outcome,
         CASE WHEN lag IS NULL THEN 'position is not known' ELSE 'behind' END AS label,
         format('%I %s', name, coalesce(pg_size_pretty(lag), '')) AS object
    FROM (SELECT wanted.name,
                 CASE WHEN r.replay_lsn IS NOT NULL  -- greatest() would make 0 of NULL
                      THEN greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn), 0)
                  END AS lag
            FROM unnest($1::text[]) AS wanted (name)
            LEFT JOIN pg_replication_slots s ON s.slot_name = wanted.name
            LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid) seen)sql";

Task<Finding> replication_lag(const CheckContext& context) {
  NamedQuestion question{Side::blue, lag_sql, {slots_of}};
  question.more.push_back(std::to_string(context.config.limits.lag_to_start_bytes));
  return ask_named(context, std::move(question),
                   {"none",
                    "wait until green has caught up (`cutover status`), or raise "
                    "limits.lag_to_start"});
}

/// replay_lag is NULL when nothing was written for a while: then nothing waits either.
constexpr auto latency_sql = R"sql(
  SELECT CASE WHEN r.pid IS NULL THEN 'fail'
              WHEN r.replay_lag IS NULL OR r.replay_lag <= interval '1 s' THEN 'pass'
              WHEN r.replay_lag <= $2::interval THEN 'warn' ELSE 'fail' END AS outcome,
         CASE WHEN r.pid IS NULL THEN 'not known, nobody follows' ELSE 'applied after' END AS label,
         CASE WHEN r.pid IS NULL THEN quote_ident(wanted.name)
              ELSE format('%s ms (%I)', coalesce(round(1000 * extract(epoch FROM r.replay_lag)), 0),
                          wanted.name) END AS object
    FROM unnest($1::text[]) AS wanted (name)
    LEFT JOIN pg_replication_slots s ON s.slot_name = wanted.name
    LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid)sql";

Task<Finding> apply_latency(const CheckContext& context) {
  NamedQuestion question{Side::blue, latency_sql, {slots_of}};
  question.more.push_back(std::to_string(context.config.limits.pause_budget.count()) + " ms");
  return ask_named(context, std::move(question),
                   {"no subscription is configured",
                    "clients wait this long in the pause: look for large transactions on blue and "
                    "for load, locks and missing indexes on green"});
}

constexpr auto other_slots_sql = R"sql(
  SELECT 'warn' AS outcome, 'will not be on green' AS label,
         format('%I (%s, %s)', s.slot_name, s.plugin,
                CASE WHEN s.active THEN 'active' ELSE 'inactive' END) AS object
    FROM pg_replication_slots s
   WHERE s.slot_type = 'logical' AND s.database = current_database()
     AND NOT s.slot_name = ANY ($1::text[])
   ORDER BY s.slot_name)sql";

Task<Finding> other_slots(const CheckContext& context) {
  return ask_named(context, {Side::blue, other_slots_sql, {slots_of}},
                   {"no other logical slot on blue",
                    "create them on green in hooks.after_decision, or change-data-capture misses "
                    "green's first writes"});
}

/// Apply workers pass the fence (they run as replica): what another server sends to blue would go
/// on being written there after the switch.
constexpr auto blue_subscriptions_sql = R"sql(
  SELECT 'fail' AS outcome, 'blue itself follows' AS label, quote_ident(s.subname) AS object
    FROM pg_subscription s
    JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database()
   WHERE s.subenabled)sql";

Task<Finding> blue_subscriptions(const CheckContext& context) {
  return ask_offenders(
      context, {.sql = blue_subscriptions_sql,
                .none = "blue follows nobody",
                .hint = "on blue: ALTER SUBSCRIPTION … DISABLE, and let green follow instead"});
}

}  // namespace

std::vector<Check> replication_checks() {
  return {
      {"wal_level", "Blue's wal_level is logical.", true, wal_level},
      {"slot_active", "Every slot exists on blue, has its WAL, and its walsender is streaming.",
       true, slot_active},
      {"subscription_enabled",
       "Every subscription on green is enabled, uses its slot and publication, and skips nothing.",
       true, subscription_enabled},
      {"subscription_worker", "Every subscription's apply worker runs.", true, subscription_worker},
      {"apply_errors", "Green applies without errors.", false, apply_errors},
      {"replication_lag", "Green is behind by no more than limits.lag_to_start.", false,
       replication_lag},
      {"apply_latency", "A commit on blue is applied on green well within the pause budget.", false,
       apply_latency},
      {"other_slots", "Other logical slots of blue have to be made again on green.", false,
       other_slots},
      {"blue_subscriptions", "No apply worker writes on blue: the fence does not stop those.", true,
       blue_subscriptions},
  };
}

}  // namespace cutover
