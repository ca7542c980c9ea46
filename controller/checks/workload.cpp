// What is going on on blue that would make the pause long or the seal impossible.
#include <fmt/format.h>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"

namespace cutover {
namespace {

/// $1 is the age that only warns, $2 the one that no quiet moment comes beside, both as intervals;
/// $3 are our own sessions. Apply workers and walsenders are no client backends.
constexpr auto transactions_sql = R"sql(
  SELECT CASE WHEN now() - a.xact_start > $2::interval THEN 'fail' ELSE 'warn' END AS outcome,
         CASE WHEN now() - a.xact_start > $2::interval THEN 'open for too long' ELSE 'open' END
           AS label,
         format('%s s (%I from %s, pid %s, %s)',
                round(extract(epoch FROM now() - a.xact_start)::numeric, 1), a.usename,
                coalesce(host(a.client_addr), 'the socket'), a.pid, a.state) AS object
    FROM pg_stat_activity a
   WHERE a.datname = current_database() AND a.backend_type = 'client backend'
     AND a.xact_start < now() - $1::interval
     AND NOT a.pid = ANY ($3::int[])
   ORDER BY a.xact_start)sql";

std::string interval_text(std::chrono::milliseconds time) {
  return std::to_string(time.count()) + " ms";
}

Task<Finding> oldest_transaction(const CheckContext& context) {
  Evidence evidence;
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    parameters.emplace_back(interval_text(context.config.limits.quiet_transaction_age));
    parameters.emplace_back(interval_text(context.config.limits.quiet_timeout));
    parameters.emplace_back(database.blue.own_pids());
    const auto rows = co_await database.blue.ask(transactions_sql, std::move(parameters));
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
  }
  co_return evidence.finding(
      "none is older than " + interval_text(context.config.limits.quiet_transaction_age),
      "the pause waits for a quiet moment; end it with SELECT pg_terminate_backend(PID) on blue, "
      "never by a cancel through PgBouncer");
}

constexpr auto prepared_sql = R"sql(
  SELECT 'fail' AS outcome, 'prepared' AS label,
         format('%L by %I since %s', x.gid, x.owner, date_trunc('second', x.prepared)) AS object
    FROM pg_prepared_xacts x
   WHERE x.database = current_database()
   ORDER BY x.prepared)sql";

Task<Finding> prepared_transactions(const CheckContext& context) {
  return ask_offenders(context, {.sql = prepared_sql,
                                 .none = "none",
                                 .hint = "on blue: COMMIT PREPARED or ROLLBACK PREPARED; they "
                                         "could commit behind the fence"});
}

}  // namespace

std::vector<Check> workload_checks() {
  return {
      {"oldest_transaction", "No transaction on blue has been open for long.", false,
       oldest_transaction},
      {"prepared_transactions", "No transaction on blue is prepared.", true, prepared_transactions},
  };
}

}  // namespace cutover
