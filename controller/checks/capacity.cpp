// Is there room for what is coming: locks on blue, connections on green, statistics for its
// planner.
#include <fmt/format.h>

#include <algorithm>

#include "controller/checks/ask.h"
#include "controller/checks/check_list.h"
#include "controller/checks/names.h"
#include "controller/checks/pools.h"

namespace cutover {
namespace {

/// Those of the publications, with their partition trees.
constexpr auto locks_sql = R"sql(
  WITH published AS (
    SELECT DISTINCT format('%I.%I', t.schemaname, t.tablename)::regclass AS relid
      FROM pg_publication_tables t
     WHERE t.pubname = ANY ($1::text[])),
  tree AS (
    SELECT relid::oid FROM published
    UNION SELECT a.relid::oid FROM published p, pg_partition_ancestors(p.relid) a
    UNION SELECT a.relid::oid FROM published p, pg_partition_tree(p.relid) a)
  SELECT current_setting('max_locks_per_transaction')::bigint
           * (current_setting('max_connections')::bigint
              + current_setting('max_prepared_transactions')::bigint) AS capacity,
         (SELECT count(*) FROM pg_locks) AS used,
         (SELECT count(*) FROM tree) AS wanted)sql";

/// The pause locks every published table of every database at the same moment, in the one lock
/// table of the cluster. A fifth of it is left to the others.
Task<Finding> lock_table(const CheckContext& context) {
  Evidence evidence;
  std::uint64_t wanted = 0;
  std::uint64_t capacity = 0;
  std::uint64_t used = 0;
  for (const CheckedDatabase& database : context.databases) {
    postgres::Parameters parameters;
    parameters.emplace_back(array_text(publications_of(database.config)));
    const auto rows = co_await database.blue.ask(locks_sql, std::move(parameters));
    if (!rows) {
      evidence.unknown(rows.error());
      continue;
    }
    wanted += number_in(rows->text(0, "wanted")).value_or(0);
    capacity = number_in(rows->text(0, "capacity")).value_or(0);
    used = std::max(used, number_in(rows->text(0, "used")).value_or(0));
  }
  const bool fits = wanted + used <= capacity - capacity / 5;
  const auto figures =
      fmt::format("{} tables to lock at once, {} places, {} in use", wanted, capacity, used);
  if (capacity > 0)
    evidence.add(fits ? CheckOutcome::pass : CheckOutcome::fail, fits ? "" : "too small", figures);
  co_return evidence.finding({}, "on blue: raise max_locks_per_transaction and restart it");
}

/// reserved_connections came with 16. Apply workers and walsenders have places of their own.
constexpr auto connections_sql = R"sql(
  SELECT current_setting('max_connections')::bigint
           - current_setting('superuser_reserved_connections')::bigint
           - coalesce(current_setting('reserved_connections', true), '0')::bigint AS places)sql";

Task<Finding> green_connections(const CheckContext& context) {
  Evidence evidence;
  std::uint64_t wanted = 0;
  for (const CheckedBouncer& bouncer : context.bouncers->hosts) {
    const auto opened = connections_of(context.config, bouncer);
    if (opened)
      wanted += *opened;
    else
      evidence.unknown(opened.error());
  }
  if (context.databases.empty()) evidence.unknown({"no database is configured"});
  for (const CheckedDatabase& database : context.databases) {
    const auto rows = co_await database.green.ask(connections_sql);
    if (!rows) {
      evidence.unknown(rows.error());
      break;
    }
    const std::uint64_t places = number_in(rows->text(0, "places")).value_or(0);
    const std::string both =
        fmt::format("the pools may open {}, green has {} places for clients", wanted, places);
    if (places < wanted)
      evidence.fail(both);
    else
      evidence.note(both);
    break;
  }
  co_return evidence.finding({},
                             "raise max_connections on green and restart it, or lower pool_size "
                             "and reserve_pool_size of the entries");
}

/// pg_class says nothing reliable about rows (-1 or 0 before the first ANALYZE), the size does. A
/// column is counted in pg_stats only where we may read it.
constexpr auto statistics_sql = R"sql(
  SELECT 'fail' AS outcome, 'has rows and was never analyzed' AS label,
         c.oid::regclass::text AS object
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
   WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
     AND n.nspname !~ '^(pg_|information_schema$|cutover$)'
     AND pg_relation_size(c.oid) > 0
     AND s.last_analyze IS NULL AND s.last_autoanalyze IS NULL
     AND NOT EXISTS (SELECT FROM pg_stats p
                      WHERE p.schemaname = n.nspname AND p.tablename = c.relname)
   ORDER BY pg_relation_size(c.oid) DESC, 3)sql";

Task<Finding> green_statistics(const CheckContext& context) {
  return ask_offenders(context, {.side = Side::green,
                                 .sql = statistics_sql,
                                 .none = "every table with rows has statistics",
                                 .hint = "`cutover analyze`, or ANALYZE on green; never inside "
                                         "the pause"});
}

}  // namespace

std::vector<Check> capacity_checks() {
  return {
      {"lock_table",
       "Blue's lock table holds a lock on every published table of every database at once.", true,
       lock_table},
      {"green_connections", "Green has places for every connection the pools may open.", false,
       green_connections},
      {"green_statistics", "No table of green that has rows is without statistics.", false,
       green_statistics},
  };
}

}  // namespace cutover
