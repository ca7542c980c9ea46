// Triggers that fire where nobody expects it: in the apply worker, on DDL, by the clock.
#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

/// Origin and local triggers ('O') stay quiet in the apply worker, which runs as replica. Rules
/// know the same states.
constexpr auto replica_triggers_sql = R"sql(
  SELECT $1::text AS outcome,
         CASE WHEN g.tgenabled = 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END
           || ' on ' || $2::text AS label,
         format('%I of %s', g.tgname, g.tgrelid::regclass) AS object
    FROM pg_trigger g
    JOIN pg_proc f ON f.oid = g.tgfoid
    JOIN pg_namespace n ON n.oid = f.pronamespace
   WHERE NOT g.tgisinternal AND g.tgenabled IN ('A', 'R') AND n.nspname <> 'cutover'
  UNION ALL
  SELECT $1::text, 'rule enabled for replication on ' || $2::text,
         format('%I of %s', r.rulename, r.ev_class::regclass)
    FROM pg_rewrite r
   WHERE r.ev_enabled IN ('A', 'R')
   ORDER BY 2, 3)sql";

Task<Finding> replica_triggers(const CheckContext& context) {
  Evidence evidence;
  Offenders green{.side = Side::green, .sql = replica_triggers_sql};
  green.parameters = {std::string("fail"), std::string("green")};
  co_await gather_offenders(context, green, evidence);
  Offenders blue{.side = Side::blue, .sql = replica_triggers_sql};
  blue.parameters = {std::string("warn"), std::string("blue")};
  co_await gather_offenders(context, blue, evidence);
  co_return evidence.finding(
      "none",
      "they fire once more for every replicated row: ALTER TABLE … ENABLE TRIGGER … (origin only), "
      "or waive it when they are meant to; on blue they break the way back if they write");
}

constexpr auto event_triggers_sql = R"sql(
  SELECT 'warn' AS outcome, 'fires on ' || $1::text AS label,
         format('%I (%s)', t.evtname, t.evtevent) AS object
    FROM pg_event_trigger t
   WHERE t.evtenabled <> 'D'
     AND NOT EXISTS (SELECT FROM pg_depend e
                      WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid
                        AND e.deptype = 'e')
     AND NOT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                      WHERE p.oid = t.evtfoid AND n.nspname = 'cutover')
   ORDER BY 3)sql";

Task<Finding> event_triggers(const CheckContext& context) {
  Evidence evidence;
  for (const Side side : {Side::blue, Side::green}) {
    Offenders question{.side = side, .sql = event_triggers_sql};
    question.parameters.emplace_back(side == Side::blue ? "blue" : "green");
    co_await gather_offenders(context, question, evidence);
  }
  co_return evidence.finding("none",
                             "cutover's own CREATE TRIGGER and CREATE SCHEMA fire them too: look "
                             "at what they do, or disable them for the while");
}

/// pg_cron is asked where it lives; its jobs may work on any database, by name.
constexpr auto cron_exists_sql = R"sql(
  SELECT to_regclass('cron.job') IS NOT NULL AS here)sql";

constexpr auto cron_jobs_sql = R"sql(
  SELECT 'warn' AS outcome, 'active on ' || $1::text AS label,
         format('%s: %s (database %s)', j.jobid, left(j.command, 40), j.database) AS object
    FROM cron.job j
   WHERE j.active
   ORDER BY j.jobid)sql";

Task<void> gather_cron_jobs(const CheckContext& context, const CheckedDatabase& database, Side side,
                            Evidence& evidence) {
  const ReadOnlyServer& server = server_of(database, side);
  const auto exists = co_await server.ask(cron_exists_sql);
  if (!exists) {
    evidence.unknown(exists.error());
    co_return;
  }
  if (exists->text(0, "here") != "t") co_return;
  postgres::Parameters parameters;
  parameters.emplace_back(side == Side::blue ? "blue" : "green");
  const auto jobs = co_await server.ask(cron_jobs_sql, std::move(parameters));
  if (jobs)
    add_rows(context, database, *jobs, evidence);
  else
    evidence.unknown(jobs.error());
}

Task<Finding> cron_jobs(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    co_await gather_cron_jobs(context, database, Side::blue, evidence);
    co_await gather_cron_jobs(context, database, Side::green, evidence);
  }
  co_return evidence.finding("no pg_cron job",
                             "jobs that write must run on one side only: UPDATE cron.job SET "
                             "active = false on green until hooks.after_resume, on blue from "
                             "hooks.before_pause on");
}

}  // namespace

std::vector<Check> trigger_checks() {
  return {
      {"replica_triggers", "No trigger or rule on green fires for replicated rows.", false,
       replica_triggers},
      {"event_triggers", "Event triggers fire on cutover's own DDL.", false, event_triggers},
      {"cron_jobs", "Jobs of pg_cron, which run on both sides.", false, cron_jobs},
  };
}

}  // namespace cutover
