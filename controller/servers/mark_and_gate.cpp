#include "controller/servers/mark_and_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>

#include "common/async/gather.h"
#include "controller/servers/prepared.h"
#include "controller/servers/schema.h"

namespace cutover {
namespace {

using postgres::quote_literal;
using postgres::Rows;

constexpr int first_version_with_skip = 150000;

Error no_marker_row(const DatabaseServers& servers, const std::string& marker) {
  return {fmt::format("{}: {} has no row for side '{}'", servers.blue_place(), marker,
                      servers.sides.blue_colour),
          "run `cutover prepare`: it writes the row before it creates the slot"};
}

std::string marks_sql(const DatabaseServers& servers, const std::string& token) {
  std::string sql = "SELECT pg_current_wal_insert_lsn() AS position";
  for (const auto& marker : servers.sides.markers)
    sql += fmt::format("; UPDATE {} SET token = {}, written_at = clock_timestamp() WHERE side = {}",
                       marker, quote_literal(token), quote_literal(servers.sides.blue_colour));
  return sql;
}

// replay_lsn by the slot's active_pid: anybody may call himself by the subscription's name. Never
// confirmed_flush_lsn: it trails by hundreds of milliseconds.
std::string replayed_sql(const DatabaseServers& servers) {
  return fmt::format(
      "SELECT s.slot_name, r.replay_lsn FROM pg_replication_slots AS s "
      "LEFT JOIN pg_stat_replication AS r ON r.pid = s.active_pid "
      "WHERE s.database = current_database() AND s.slot_name IN ({})",
      list_of_literals(servers.slots()));
}

std::string visible_sql(const DatabaseServers& servers, int server_version) {
  const std::string skip = server_version >= first_version_with_skip
                               ? "(SELECT subskiplsn = '0/0' FROM pg_subscription AS s "
                                 "JOIN pg_database AS d ON d.oid = s.subdbid "
                                 "WHERE d.datname = current_database() AND s.subname = {})"
                               : "true";
  std::string sql;
  for (std::size_t i = 0; i < servers.sides.subscriptions.size(); ++i) {
    const auto name = quote_literal(servers.sides.subscriptions[i].subscription);
    sql += fmt::format(
               "{} SELECT {} AS subscription, (SELECT token FROM {} WHERE side = {}) AS token, ",
               sql.empty() ? "" : " UNION ALL", name, servers.sides.markers[i],
               quote_literal(servers.sides.blue_colour)) +
           fmt::format(fmt::runtime(skip), name) + " AS skips_nothing";
  }
  return sql;
}

/// The row whose `column` is `value`; rows.size() when there is none.
std::size_t row_of(const Rows& rows, std::string_view column, const std::string& value) {
  std::size_t i = 0;
  while (i < rows.size() && rows.text(i, column) != value) ++i;
  return i;
}

std::optional<Lsn> replayed_of(const Rows& rows, const std::string& slot) {
  const auto row = row_of(rows, "slot_name", slot);
  if (row == rows.size() || !rows.at(row, "replay_lsn")) return std::nullopt;
  const auto lsn = parse_lsn(*rows.at(row, "replay_lsn"));
  return lsn ? std::optional<Lsn>(*lsn) : std::nullopt;
}

SubscriptionSight sight_of(const DatabaseServers& servers, const SubscriptionConfig& config,
                           const Rows& on_blue, const Rows& on_green,
                           const SubscriptionMarks& marks) {
  SubscriptionSight sight;
  sight.database = servers.sides.name;
  sight.subscription = config.subscription;
  sight.replayed = replayed_of(on_blue, config.slot);
  const auto row = row_of(on_green, "subscription", config.subscription);
  if (row == on_green.size()) return sight;
  if (const auto skips = on_green.at(row, "skips_nothing")) sight.skips_nothing = *skips == "t";
  const auto mark = std::find_if(marks.begin(), marks.end(), [&config](const auto& each) {
    return each.subscription == config.subscription;
  });
  if (mark != marks.end() && !mark->marker.empty())
    sight.marker_visible = on_green.text(row, "token") == mark->marker;
  return sight;
}

}  // namespace

std::string fresh_token(const std::string& run_id) {
  static std::atomic<std::uint64_t> count{0};
  std::random_device random;
  return fmt::format("{}-{}-{:08x}{:08x}", run_id, ++count, random(), random());
}

Task<Result<SubscriptionMarks>> set_marks(DatabaseServers& servers, std::string token) {
  const auto answer = co_await servers.marker.script(marks_sql(servers, token));
  if (!answer) co_return Error(answer.error());
  const auto position = parse_lsn(answer->front().text(0, "position"));
  if (!position) co_return position.error();
  SubscriptionMarks marks;
  for (std::size_t i = 0; i < servers.sides.subscriptions.size(); ++i) {
    const auto& each = servers.sides.subscriptions[i];
    if (answer->at(i + 1).affected() != 1)
      co_return no_marker_row(servers, servers.sides.markers[i]);
    marks.push_back({servers.sides.name, each.subscription, *position, token});
  }
  co_return marks;
}

Task<Result<SubscriptionSights>> look_at_subscriptions(DatabaseServers& servers,
                                                       SubscriptionMarks marks) {
  const auto opened = co_await servers.green_watcher.open();
  if (opened) co_return *opened;
  const auto version = servers.green_watcher.server_version();
  // Asked again and again while clients wait; planning takes longer than running.
  std::vector<Task<ScriptAnswer>> looks;
  looks.push_back(ask_prepared(servers.watcher, "EXECUTE cutover_replayed",
                               "PREPARE cutover_replayed AS " + replayed_sql(servers)));
  looks.push_back(ask_prepared(servers.green_watcher, "EXECUTE cutover_visible",
                               "PREPARE cutover_visible AS " + visible_sql(servers, version)));
  const auto seen = co_await gather(std::move(looks));
  if (!seen[0]) co_return Error(seen[0].error());
  if (!seen[1]) co_return Error(seen[1].error());
  SubscriptionSights sights;
  for (const auto& each : servers.sides.subscriptions)
    sights.push_back(sight_of(servers, each, seen[0]->front(), seen[1]->front(), marks));
  co_return sights;
}

}  // namespace cutover
