#include "controller/status/replication_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "common/async/gather.h"
#include "common/async/within.h"
#include "controller/servers/server_session.h"

namespace cutover {
namespace {

using postgres::Rows;

// The applied position is that of the walsender which serves the slot; the slot's own trails it.
// wal_status and safe_wal_size exist from 13 on, hence to_jsonb.
constexpr const char* slots_sql = R"(
SELECT s.slot_name, s.active,
       pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(r.replay_lsn, s.confirmed_flush_lsn)) AS lag_bytes,
       extract(epoch FROM r.replay_lag) AS lag_seconds,
       pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) AS retained_bytes,
       to_jsonb(s)->>'wal_status' AS wal_status, to_jsonb(s)->>'safe_wal_size' AS safe_wal_size,
       pg_wal_lsn_diff(r.replay_lsn, '0/0') AS applied,
       pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS written,
       extract(epoch FROM clock_timestamp()) AS at
FROM pg_replication_slots AS s LEFT JOIN pg_stat_replication AS r ON r.pid = s.active_pid
WHERE s.slot_type = 'logical' AND s.database = current_database()
ORDER BY s.slot_name)";

constexpr const char* subscriptions_sql = R"(
SELECT s.subname, s.subenabled, coalesce(bool_or(w.pid IS NOT NULL), false) AS working,
       extract(epoch FROM clock_timestamp() - max(w.last_msg_receipt_time)) AS silent_seconds,
       (SELECT count(*) FROM pg_subscription_rel AS r WHERE r.srsubid = s.oid) AS tables,
       (SELECT count(*) FROM pg_subscription_rel AS r
        WHERE r.srsubid = s.oid AND r.srsubstate = 'r') AS ready
FROM pg_subscription AS s
LEFT JOIN pg_stat_subscription AS w ON w.subid = s.oid AND w.relid IS NULL
WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY s.oid, s.subname, s.subenabled ORDER BY s.subname)";

constexpr const char* errors_sql =
    "SELECT e.subname, e.apply_error_count, e.sync_error_count "
    "FROM pg_stat_subscription_stats AS e JOIN pg_subscription AS s ON s.oid = e.subid "
    "WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
constexpr int first_version_with_error_counts = 150000;

constexpr const char* ddl_sql =
    "SELECT date_trunc('second', at)::text AS at, role, command, object FROM cutover.ddl "
    "WHERE side = 'blue' ORDER BY at DESC LIMIT 20";

std::optional<double> real(const Rows& rows, std::size_t row, const char* column) {
  const auto text = rows.at(row, column);
  if (!text) return std::nullopt;
  return std::strtod(std::string(*text).c_str(), nullptr);
}

std::optional<double> rate(const Rows& before, const Rows& after, std::size_t row,
                           const char* column) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before.text(i, "slot_name") != after.text(row, "slot_name")) continue;
    const auto from = real(before, i, column);
    const auto to = real(after, row, column);
    const auto took = *real(after, row, "at") - *real(before, i, "at");
    if (from && to && took > 0) return std::max(0.0, (*to - *from) / took);
  }
  return std::nullopt;
}

std::vector<SlotStatus> slots_of(const Rows& before, const Rows& after,
                                 std::optional<double> free_bytes) {
  std::vector<SlotStatus> slots;
  for (std::size_t i = 0; i < after.size(); ++i) {
    SlotStatus slot;
    slot.name = after.text(i, "slot_name");
    slot.active = after.text(i, "active") == "t";
    slot.lag_bytes = real(after, i, "lag_bytes");
    slot.lag_seconds = real(after, i, "lag_seconds");
    slot.retained_bytes = real(after, i, "retained_bytes");
    slot.wal_status = after.text(i, "wal_status");
    slot.safe_wal_bytes = real(after, i, "safe_wal_size");
    slot.applied_per_second = rate(before, after, i, "applied");
    slot.written_per_second = rate(before, after, i, "written");
    const auto room = slot.safe_wal_bytes ? slot.safe_wal_bytes : free_bytes;
    slot.seconds_left = seconds_until_full(room, slot.written_per_second);
    slots.push_back(std::move(slot));
  }
  return slots;
}

std::vector<SubscriptionStatus> subscriptions_of(const Rows& rows) {
  std::vector<SubscriptionStatus> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SubscriptionStatus one;
    one.name = rows.text(i, "subname");
    one.enabled = rows.text(i, "subenabled") == "t";
    one.working = rows.text(i, "working") == "t";
    one.tables = static_cast<std::uint32_t>(real(rows, i, "tables").value_or(0));
    one.ready = static_cast<std::uint32_t>(real(rows, i, "ready").value_or(0));
    one.silent_seconds = real(rows, i, "silent_seconds");
    found.push_back(std::move(one));
  }
  return found;
}

void add_errors(std::vector<SubscriptionStatus>& subscriptions, const Rows& rows) {
  for (auto& one : subscriptions) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows.text(i, "subname") != one.name) continue;
      one.apply_errors = static_cast<std::uint64_t>(*real(rows, i, "apply_error_count"));
      one.sync_errors = static_cast<std::uint64_t>(*real(rows, i, "sync_error_count"));
    }
  }
}

/// Both ends of one direction.
struct Ends {
  ServerSession& source;
  ServerSession& target;
};

Task<DirectionStatus> look_at_target(Ends ends, DirectionStatus status) {
  const auto rows = co_await ends.target.query(subscriptions_sql);
  if (!rows) {
    status.unknown.push_back(Error(rows.error()));
    co_return status;
  }
  status.subscriptions = subscriptions_of(*rows);
  if (ends.target.server_version() < first_version_with_error_counts) co_return status;
  const auto errors = co_await ends.target.query(errors_sql);
  if (errors) add_errors(status.subscriptions, *errors);
  co_return status;
}

Task<DirectionStatus> look_at_direction(Ends ends, DirectionStatus status, ReplicationLook look) {
  const auto before = co_await ends.source.query(slots_sql);
  if (!before) {
    status.unknown.push_back(Error(before.error()));
  } else if (!before->empty()) {
    co_await sleep_for(look.interval);
    const auto after = co_await ends.source.query(slots_sql);
    if (after) status.slots = slots_of(*before, *after, look.free_bytes);
  }
  auto complete = co_await look_at_target(ends, std::move(status));
  co_return complete;
}

Task<DirectionStatus> look_within_limit(Ends ends, DirectionStatus status, ReplicationLook look) {
  auto unanswered = status;
  auto looking = look_at_direction(ends, std::move(status), look);
  auto seen = co_await within(look.limit, std::move(looking));
  if (seen) co_return std::move(*seen);
  unanswered.unknown.push_back(
      {fmt::format("{} and {}: no answer within {} s", ends.source.place(), ends.target.place(),
                   std::chrono::duration_cast<std::chrono::seconds>(look.limit).count()),
       "does the server hang, or the network on the way to it?"});
  co_return unanswered;
}

/// A blue that was never prepared, or without the guard, has no such table.
Task<std::vector<DdlSeen>> look_at_ddl(ServerSession& blue) {
  std::vector<DdlSeen> seen;
  const auto table = co_await blue.query("SELECT to_regclass('cutover.ddl') IS NOT NULL AS there");
  if (!table || table->text(0, "there") != "t") co_return seen;
  const auto rows = co_await blue.query(ddl_sql);
  if (!rows) co_return seen;
  for (std::size_t i = 0; i < rows->size(); ++i)
    seen.push_back({rows->text(i, "at"), rows->text(i, "role"), rows->text(i, "command"),
                    rows->text(i, "object")});
  co_return seen;
}

SessionOptions session(const std::string& conninfo, const std::string& place) {
  SessionOptions options;
  options.conninfo = conninfo;
  options.place = place;
  options.application_name = "cutover status";
  options.access = SessionAccess::read_only;
  return options;
}

Task<ReplicationStatus> look_at_one(DatabaseConfig database, ReplicationLook look) {
  // Two sessions a side: both directions are looked at at the same time.
  ServerSession blue(session(database.blue, "blue " + database.name));
  ServerSession green(session(database.green, "green " + database.name));
  ServerSession blue_back(session(database.blue, "blue " + database.name));
  ServerSession green_back(session(database.green, "green " + database.name));
  ReplicationStatus status;
  status.database = database.name;
  DirectionStatus forward;
  forward.from = "blue";
  forward.to = "green";
  DirectionStatus back;
  back.from = "green";
  back.to = "blue";
  ReplicationLook look_back = look;
  look_back.free_bytes.reset();
  std::vector<Task<DirectionStatus>> looks;
  looks.push_back(look_within_limit(Ends{blue, green}, std::move(forward), look));
  looks.push_back(look_within_limit(Ends{green_back, blue_back}, std::move(back), look_back));
  auto directions = co_await gather(std::move(looks));
  status.forward = std::move(directions[0]);
  status.back = std::move(directions[1]);
  auto looking = look_at_ddl(blue);
  auto ddl = co_await within(look.limit, std::move(looking));
  if (ddl) status.ddl = std::move(*ddl);
  co_return status;
}

}  // namespace

std::optional<double> seconds_until_full(std::optional<double> bytes,
                                         std::optional<double> bytes_per_second) {
  if (!bytes || !bytes_per_second || *bytes_per_second <= 0) return std::nullopt;
  return std::max(0.0, *bytes) / *bytes_per_second;
}

Task<std::vector<ReplicationStatus>> look_at_replication(std::vector<DatabaseConfig> databases,
                                                         ReplicationLook look) {
  std::vector<Task<ReplicationStatus>> looks;
  for (const auto& database : databases) looks.push_back(look_at_one(database, look));
  auto found = co_await gather(std::move(looks));
  co_return found;
}

}  // namespace cutover
