// Who is connected: to green already, to blue beside the bouncers, with rights that matter.
#include <fmt/format.h>

#include <algorithm>

#include "common/async/within.h"
#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"
#include "controller/checks/old_fence.h"
#include "controller/checks/pools.h"

namespace cutover {
namespace {

/// Any program of ours names itself so; $1 are the sessions of this very check, $2 whether a fence
/// keeps everybody from writing. What we may not see of other roles' sessions is NULL, and then
/// they count as clients.
constexpr auto clients_sql = R"sql(
  WITH clients AS (
    SELECT a.pid, a.usesysid, a.usename, a.client_addr, a.application_name
      FROM pg_stat_activity a
     WHERE a.datname = current_database()
       AND coalesce(a.backend_type, 'client backend') = 'client backend'
       AND NOT a.pid = ANY ($1::int[]) AND coalesce(a.application_name, '') NOT LIKE 'cutover%'),
  writers AS (
    SELECT DISTINCT u.usesysid
      FROM (SELECT DISTINCT usesysid FROM clients) u
     WHERE EXISTS (SELECT FROM pg_class c
                     JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind IN ('r', 'p')
                      AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
                      AND has_table_privilege(u.usesysid, c.oid, 'INSERT, UPDATE, DELETE')))
  SELECT CASE WHEN w.usesysid IS NULL OR $2::bool THEN 'warn' ELSE 'fail' END AS outcome,
         CASE WHEN w.usesysid IS NULL THEN 'may only read'
              WHEN $2::bool THEN 'behind the old fence, are ended when it goes'
              ELSE 'may write' END AS label,
         format('%I from %s (%s, %s)', c.usename, coalesce(host(c.client_addr), 'the socket'),
                coalesce(nullif(c.application_name, ''), 'no application_name'),
                CASE count(*) WHEN 1 THEN 'pid ' || min(c.pid)
                              ELSE count(*) || ' sessions' END) AS object
    FROM clients c
    LEFT JOIN writers w USING (usesysid)
   GROUP BY 1, 2, c.usename, c.client_addr, c.application_name
   ORDER BY count(*) DESC, 3)sql";

/// A probe of ours that is logging in has no application_name yet: who is gone at a later look was
/// no client to speak of.
constexpr int looks_for_clients = 10;
constexpr std::chrono::milliseconds between_looks(200);

Task<Evidence> look_for_clients(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    const bool fenced = co_await stands_behind_a_fence(context, database);
    postgres::Parameters parameters;
    parameters.emplace_back(database.green.own_pids());
    parameters.emplace_back(fenced ? "true" : "false");
    const auto rows = co_await database.green.ask(clients_sql, std::move(parameters));
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
  co_return evidence;
}

/// A green that is away is not asked again and again.
bool every_green_answers(const CheckContext& context) {
  return std::ranges::all_of(context.databases, [](const CheckedDatabase& database) {
    return database.green.is_reachable();
  });
}

Task<Finding> green_clients(const CheckContext& context) {
  const int looks = every_green_answers(context) ? looks_for_clients : 1;
  auto evidence = co_await look_for_clients(context);
  for (int look = 1; look < looks && !evidence.is_clean(); ++look) {
    co_await sleep_for(between_looks);
    evidence = co_await look_for_clients(context);
  }
  co_return evidence.finding("nobody is connected to green",
                             "what they write now conflicts with what blue sends: end them with "
                             "SELECT pg_terminate_backend(PID) on green, or waive it when they "
                             "only watch");
}

/// What the agents know of their server connections at the time of `asked_unix_us`.
struct KnownSessions {
  std::vector<std::string> pids;
  std::int64_t asked_unix_us = 0;
};

/// SHOW SERVERS.remote_pid is the backend's pid, exactly.
KnownSessions sessions_of_bouncers(const CheckContext& context, Evidence& evidence) {
  KnownSessions known;
  known.asked_unix_us = unix_clock_us();
  for (const CheckedBouncer& bouncer : context.bouncers->hosts) {
    if (!bouncer.inspection) {
      evidence.unknown(within_context(bouncer.config.name, bouncer.inspection.error()));
      continue;
    }
    known.asked_unix_us = std::min(known.asked_unix_us, bouncer.asked_unix_us);
    for (const auto& process : bouncer.inspection->processes())
      for (const proto::Row& server : process.servers())
        if (const auto pid = number_in(column(server, "remote_pid")))
          known.pids.push_back(std::to_string(*pid));
  }
  return known;
}

/// Those born after the agents were asked cannot be told apart; they are left out.
constexpr auto bypass_sql = R"sql(
  SELECT 'warn' AS outcome, 'connected beside the bouncers' AS label,
         format('%I from %s (%s, %s)', a.usename, coalesce(host(a.client_addr), 'the socket'),
                coalesce(nullif(a.application_name, ''), 'no application_name'),
                CASE count(*) WHEN 1 THEN 'pid ' || min(a.pid)
                              ELSE count(*) || ' sessions' END) AS object
    FROM pg_stat_activity a
   WHERE a.datname = current_database()
       AND coalesce(a.backend_type, 'client backend') = 'client backend'
     AND NOT a.pid = ANY ($1::int[]) AND NOT a.pid = ANY ($2::int[])
     AND coalesce(a.application_name, '') NOT LIKE 'cutover%'
     AND a.backend_start < clock_timestamp() - $3::interval
   GROUP BY a.usename, a.client_addr, a.application_name
   ORDER BY count(*) DESC, 3)sql";

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ",") + text;
  return "{" + all + "}";
}

Task<Finding> bouncer_bypass(const CheckContext& context) {
  Evidence evidence;
  const KnownSessions known = sessions_of_bouncers(context, evidence);
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    parameters.emplace_back(database.blue.own_pids());
    parameters.emplace_back(joined(known.pids));
    parameters.emplace_back(fmt::format("{} us", unix_clock_us() - known.asked_unix_us));
    const auto rows = co_await database.blue.ask(bypass_sql, std::move(parameters));
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
  co_return evidence.finding("every session of blue comes through a bouncer",
                             "they will be ended and find a blue that refuses writes: point them "
                             "at a bouncer, or at green after the cutover");
}

constexpr auto superusers_sql = R"sql(
  SELECT 'warn' AS outcome, 'superuser sessions' AS label,
         format('%I from %s (pid %s)', a.usename, coalesce(host(a.client_addr), 'the socket'),
                a.pid) AS object
    FROM pg_stat_activity a
    JOIN pg_roles r ON r.oid = a.usesysid AND r.rolsuper
   WHERE a.datname = current_database()
       AND coalesce(a.backend_type, 'client backend') = 'client backend'
     AND NOT a.pid = ANY ($1::int[]) AND coalesce(a.application_name, '') NOT LIKE 'cutover%'
   ORDER BY a.backend_start)sql";

Task<Finding> ask_beside_own(const CheckContext& context, Offenders question) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    parameters.emplace_back(database.blue.own_pids());
    const auto rows = co_await database.blue.ask(question.sql, std::move(parameters));
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
  co_return evidence.finding(question.none, question.hint);
}

Task<Finding> superuser_sessions(const CheckContext& context) {
  return ask_beside_own(
      context, {.sql = superusers_sql,
                .none = "none on blue",
                .hint = "a superuser can switch fence triggers off (session_replication_role); let "
                        "applications use ordinary roles"});
}

/// As pg_terminate_backend decides: a superuser's session only by a superuser, others by members
/// of its role or of pg_signal_backend. Sessions without a role are the server's own.
constexpr auto unterminable_sql = R"sql(
  SELECT 'fail' AS outcome, 'we may not end' AS label,
         format('%I from %s (pid %s)', a.usename, coalesce(host(a.client_addr), 'the socket'),
                a.pid) AS object
    FROM pg_stat_activity a
    JOIN pg_roles r ON r.oid = a.usesysid
    JOIN pg_roles me ON me.rolname = current_user
   WHERE a.datname = current_database()
       AND coalesce(a.backend_type, 'client backend') = 'client backend'
     AND NOT a.pid = ANY ($1::int[])
     AND NOT me.rolsuper
     AND (r.rolsuper OR NOT (pg_has_role(me.oid, 'pg_signal_backend', 'USAGE')
                             OR pg_has_role(me.oid, r.oid, 'USAGE')))
   ORDER BY a.backend_start)sql";

Task<Finding> terminable_sessions(const CheckContext& context) {
  return ask_beside_own(
      context, {.sql = unterminable_sql,
                .none = "every session on blue may be ended",
                .hint = "the seal has to end every session: GRANT pg_signal_backend to our user; "
                        "sessions of superusers have to be ended by one"});
}

}  // namespace

std::vector<Check> session_checks() {
  return {
      {"green_clients", "No client is connected to green yet.", false, green_clients},
      {"bouncer_bypass", "Sessions on blue that do not come through a bouncer.", false,
       bouncer_bypass},
      {"superuser_sessions", "Superusers connected to blue, who could pass the fence.", false,
       superuser_sessions},
      {"terminable_sessions", "Our user may end every session on blue.", false,
       terminable_sessions},
  };
}

}  // namespace cutover
