// What decides whether now is a quiet moment on blue: declared in mark_and_gate.h.
#include <fmt/format.h>

#include <charconv>

#include "controller/servers/mark_and_gate.h"
#include "controller/servers/published_tables.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

// Vacuum, ANALYZE and CREATE INDEX CONCURRENTLY keep a table from being locked in SHARE mode; an
// autovacuum yields, unless it prevents wraparound. Ages are of the server's own clock and may be
// negative when it stepped back. replay_lag is the last one measured, for seconds after green has
// caught up; it is NULL when nothing was written for a while.
constexpr const char* traffic_sql = R"(
WITH clients AS (
  SELECT pid, usename, application_name, client_addr,
         greatest(0, extract(epoch FROM clock_timestamp() - xact_start) * 1000)::bigint AS age_ms
  FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend'
    AND xact_start IS NOT NULL AND pid NOT IN ({0})
), oldest AS (
  SELECT * FROM clients ORDER BY age_ms DESC LIMIT 1
), streams AS (
  SELECT greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)) AS behind,
         coalesce(extract(epoch FROM r.replay_lag) * 1000, 0) AS latency_ms
  FROM pg_replication_slots AS s JOIN pg_stat_replication AS r ON r.pid = s.active_pid
  WHERE s.database = current_database() AND s.slot_name IN ({2}) AND r.replay_lsn IS NOT NULL
)
SELECT
  (SELECT CASE WHEN count(*) = {1} THEN max(behind)::bigint END FROM streams) AS lag_bytes,
  (SELECT CASE WHEN count(*) = {1}
               THEN max(CASE WHEN behind > 0 THEN latency_ms ELSE 0 END)::bigint END
   FROM streams) AS apply_latency_ms,
  coalesce((SELECT age_ms FROM oldest), 0) AS age_ms,
  (SELECT format('pid %s, user %s from %s', pid, usename, coalesce(client_addr::text, 'local'))
   FROM oldest) AS oldest_by,
  (SELECT count(DISTINCT l.pid) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
   WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'ShareUpdateExclusiveLock'
     AND l.relation IN ({3}) AND a.datname = current_database()
     AND (a.backend_type <> 'autovacuum worker' OR a.query LIKE '%to prevent wraparound%')) AS vacuums,
  (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()) AS prepared,
  NOT EXISTS (SELECT FROM pg_stat_activity
              WHERE datname = current_database() AND backend_type IS NULL) AS sees_all)";

template <class T>
std::optional<T> number(const postgres::Rows& rows, std::string_view column) {
  const auto text = rows.at(0, column);
  if (!text) return std::nullopt;
  T value = 0;
  std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

}  // namespace

Task<Result<TrafficSight>> look_at_blue_traffic(DatabaseServers& servers) {
  if (servers.published.empty()) {
    const auto unread = co_await read_published_tables(servers);
    if (unread) co_return *unread;
  }
  const auto sql = fmt::format(traffic_sql, servers.own_pids(), servers.sides.subscriptions.size(),
                               list_of_literals(servers.slots()), oids_of(servers.published));
  const auto rows = co_await servers.watcher.query(sql);
  if (!rows) co_return Error(rows.error());
  TrafficSight sight;
  sight.lag_bytes = number<std::uint64_t>(*rows, "lag_bytes");
  if (const auto latency = number<std::int64_t>(*rows, "apply_latency_ms"))
    sight.apply_latency = milliseconds(*latency);
  sight.prepared_transactions = number<std::uint32_t>(*rows, "prepared");
  sight.oldest_transaction_by = rows->text(0, "oldest_by");
  if (rows->text(0, "sees_all") != "t") co_return sight;  // who may not see all knows nothing
  sight.vacuums = number<std::uint32_t>(*rows, "vacuums");
  if (const auto age = number<std::int64_t>(*rows, "age_ms"))
    sight.oldest_transaction = milliseconds(*age);
  co_return sight;
}

}  // namespace cutover
