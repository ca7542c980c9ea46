#include "controller/looks/server_look.h"

#include <algorithm>

#include "common/base/number.h"

namespace cutover {
namespace {

using postgres::Rows;

// Sessions of ours are left out by their name: several of our programs may look at once. Of those
// of others we may not be told what kind they are; background workers have no user.
constexpr const char* activity_sql = R"(
WITH clients AS (
  SELECT state, wait_event_type,
         extract(epoch FROM clock_timestamp() - xact_start)::float8 AS age
  FROM pg_stat_activity
  WHERE datname = current_database() AND usename IS NOT NULL
    AND coalesce(backend_type, 'client backend') = 'client backend'
    AND application_name NOT LIKE 'cutover%')
SELECT current_setting('server_version') AS version,
       (SELECT count(*) FROM clients) AS clients,
       (SELECT count(*) FROM clients WHERE state = 'active') AS active,
       (SELECT count(*) FROM clients WHERE state LIKE 'idle in transaction%') AS idle_in_transaction,
       (SELECT count(*) FROM clients WHERE state = 'active' AND wait_event_type = 'Lock') AS waiting,
       (SELECT greatest(0, max(age)) FROM clients) AS oldest,
       d.xact_commit + d.xact_rollback AS transactions, d.xact_rollback AS rollbacks
FROM pg_stat_database AS d WHERE d.datname = current_database())";

// Temporary tables of others are seen too, and may be written under the fence.
constexpr const char* rows_sql = R"(
SELECT relid, n_tup_ins + n_tup_upd + n_tup_del AS written FROM pg_stat_user_tables
WHERE schemaname <> 'cutover' AND schemaname NOT LIKE 'pg\_temp\_%'
  AND n_tup_ins + n_tup_upd + n_tup_del > 0)";

// The replayed position is that of the walsender which serves the slot; the slot's own confirmed
// position trails it.
constexpr const char* slots_sql = R"(
SELECT s.slot_name, s.active,
       greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(),
                                   coalesce(r.replay_lsn, s.confirmed_flush_lsn))) AS lag_bytes,
       pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) AS retained_bytes,
       extract(epoch FROM r.replay_lag)::float8 AS latency
FROM pg_replication_slots AS s LEFT JOIN pg_stat_replication AS r ON r.pid = s.active_pid
WHERE s.slot_type = 'logical' AND s.database = current_database() AND NOT s.temporary
  AND s.plugin = 'pgoutput' AND s.slot_name NOT LIKE 'pg\_%\_sync\_%'
ORDER BY s.slot_name)";

constexpr const char* subscriptions_sql = R"(
SELECT subname FROM pg_subscription
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))";

constexpr const char* errors_sql = R"(
SELECT e.subname, e.apply_error_count AS errors
FROM pg_stat_subscription_stats AS e JOIN pg_subscription AS s ON s.oid = e.subid
WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))";

// pg_class says nothing reliable about rows before the first ANALYZE, the size does.
constexpr const char* unanalyzed_sql = R"(
SELECT count(*) AS tables FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_all_tables AS s ON s.relid = c.oid
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
  AND n.nspname !~ '^(pg_|information_schema$|cutover$)' AND pg_relation_size(c.oid) > 0
  AND s.last_analyze IS NULL AND s.last_autoanalyze IS NULL
  AND NOT EXISTS (SELECT FROM pg_stats AS p
                  WHERE p.schemaname = n.nspname AND p.tablename = c.relname))";

constexpr const char* sequences_sql = R"(
SELECT format('%I.%I', schemaname, sequencename) AS name, last_value AS value,
       increment_by < 0 AS descends
FROM pg_sequences WHERE schemaname <> 'cutover' AND NOT cycle AND last_value IS NOT NULL)";

constexpr const char* run_sql = R"(
SELECT run_id, epoch, fenced,
       CASE WHEN decided_at IS NULL THEN 0 ELSE extract(epoch FROM decided_at) END::float8 AS decided
FROM cutover.run WHERE side = $1)";

constexpr int version_with_subscription_stats = 150000;

double number(const Rows& rows, std::size_t row, std::string_view column) {
  return number_in_answer<double>(rows.at(row, column).value_or("0"));
}

std::optional<double> known(const Rows& rows, std::size_t row, std::string_view column) {
  if (!rows.at(row, column)) return std::nullopt;
  return number(rows, row, column);
}

void take_activity(SideLook& look, const Rows& rows) {
  if (rows.empty()) return;
  const auto count = [&](std::string_view column) {
    return static_cast<std::uint32_t>(number(rows, 0, column));
  };
  look.version = rows.text(0, "version");
  look.version.resize(std::min(look.version.find(' '), look.version.size()));
  look.clients = count("clients");
  look.active = count("active");
  look.idle_in_transaction = count("idle_in_transaction");
  look.waiting = count("waiting");
  look.oldest_transaction_seconds = number(rows, 0, "oldest");
  look.transactions = number(rows, 0, "transactions");
  look.rollbacks = number(rows, 0, "rollbacks");
}

void take_rows(SideLook& look, const Rows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double written = number(rows, row, "written");
    look.rows_by_table[rows.text(row, "relid")] = written;
    look.rows_written += written;
  }
}

void take_slots(SideLook& look, const Rows& rows, const ServerLookOptions& options) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    SlotLook slot;
    slot.slot = rows.text(row, "slot_name");
    const auto wanted =
        std::ranges::find(options.subscriptions, slot.slot, &SubscriptionConfig::slot);
    slot.ours = wanted != options.subscriptions.end();
    slot.subscription = slot.ours ? wanted->subscription : slot.slot;
    slot.direction = options.direction;
    slot.active = rows.text(row, "active") == "t";
    slot.lag_bytes = known(rows, row, "lag_bytes");
    slot.retained_bytes = known(rows, row, "retained_bytes");
    slot.latency_seconds = number(rows, row, "latency");
    look.slots.push_back(std::move(slot));
  }
}

Task<void> look_at_catalogue(ServerSession& session, SideLook& look) {
  const auto unanalyzed = co_await session.query(unanalyzed_sql);
  if (unanalyzed && !unanalyzed->empty()) look.unanalyzed_tables = number(*unanalyzed, 0, "tables");
  const auto sequences = co_await session.query(sequences_sql);
  if (!sequences) co_return;
  for (std::size_t row = 0; row < sequences->size(); ++row) {
    look.sequences[sequences->text(row, "name")] = {number(*sequences, row, "value"),
                                                    sequences->text(row, "descends") == "t"};
  }
}

}  // namespace

Task<SideLook> look_at_server(ServerSession& session, ServerLookOptions options) {
  SideLook look;
  const auto activity = co_await session.query(activity_sql);
  if (!activity) {
    look.error = activity.error().what;
    co_return look;
  }
  take_activity(look, *activity);
  const auto written = co_await session.query(rows_sql);
  if (!written) {
    look.error = written.error().what;
    co_return look;
  }
  take_rows(look, *written);
  const auto slots = co_await session.query(slots_sql);
  if (!slots) {
    look.error = slots.error().what;
    co_return look;
  }
  take_slots(look, *slots, options);
  if (session.server_version() >= version_with_subscription_stats) {
    const auto errors = co_await session.query(errors_sql);
    for (std::size_t row = 0; errors && row < errors->size(); ++row)
      look.apply_errors[errors->text(row, "subname")] = number(*errors, row, "errors");
  }
  if (options.with_catalogue) co_await look_at_catalogue(session, look);
  co_return look;
}

Task<void> look_at_way_back_on_blue(ServerSession& blue,
                                    std::vector<SubscriptionConfig> subscriptions,
                                    DatabaseLook& look) {
  const auto rows = co_await blue.query(subscriptions_sql);
  if (!rows) co_return;
  look.way_back_subscriptions = 0;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const auto name = rows->text(row, "subname");
    const auto found = std::ranges::find(subscriptions, name, &SubscriptionConfig::subscription);
    if (found != subscriptions.end()) ++look.way_back_subscriptions;
  }
}

Task<void> look_at_run_on_blue(ServerSession& blue, DatabaseLook& look) {
  const postgres::Parameters side{"blue"};
  const auto rows = co_await blue.query(run_sql, side);
  // Without the table there is no fence; without the session nothing is known of it.
  if (!rows && rows.error().lost) look.blue.error = rows.error().what;
  if (!rows || rows->empty()) co_return;
  look.run_id = rows->text(0, "run_id");
  look.epoch = static_cast<std::uint64_t>(number(*rows, 0, "epoch"));
  look.fenced = rows->text(0, "fenced") == "t";
  look.decided_at = number(*rows, 0, "decided");
}

Task<void> look_at_run_on_green(ServerSession& green, DatabaseLook& look) {
  const postgres::Parameters side{"green"};
  const auto rows = co_await green.query(run_sql, side);
  if (!rows || rows->empty()) co_return;
  look.green_fenced = rows->text(0, "fenced") == "t";
  look.green_decided_at = number(*rows, 0, "decided");
}

}  // namespace cutover
