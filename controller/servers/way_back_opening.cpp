// After the switch: green stops following blue, blue begins to follow green. Declared in
// way_back.h.
#include <fmt/format.h>

#include "common/async/within.h"
#include "controller/servers/old_fence.h"
#include "controller/servers/schema.h"
#include "controller/servers/subscription_state.h"
#include "controller/servers/way_back.h"

namespace cutover {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr std::chrono::milliseconds between_looks(20);
constexpr int looks_at_the_end = 1'000;

constexpr const char* decision_sql = "SELECT decision FROM cutover.run WHERE side = {}";
constexpr const char* position_sql =
    "SELECT way_back_from FROM cutover.run WHERE side = {} AND way_back_for = {}";
constexpr const char* streaming_sql = R"(
SELECT count(*) AS streaming
FROM pg_replication_slots AS s JOIN pg_stat_replication AS r ON r.pid = s.active_pid
WHERE s.slot_name IN ({}) AND s.database = current_database() AND r.state = 'streaming')";
// A slot that is lost (no restart_lsn) sends nothing more.
constexpr const char* behind_sql = R"(
SELECT string_agg(slot_name, ', ') AS behind FROM pg_replication_slots
WHERE slot_name IN ({}) AND database = current_database() AND restart_lsn IS NOT NULL
  AND confirmed_flush_lsn < {})";

/// Where green stood at the second gate of the decision that blue's row names.
Task<Result<std::string>> recorded_position(DatabaseServers& servers) {
  const auto decision = co_await servers.reader.query(
      fmt::format(decision_sql, quote_literal(servers.sides.blue_colour)));
  if (!decision) co_return Error(decision.error());
  const auto token = decision->empty() ? std::string() : decision->text(0, "decision");
  const auto rows = co_await servers.green_reader.query(
      fmt::format(position_sql, quote_literal(servers.sides.green_colour), quote_literal(token)));
  if (!rows) co_return Error(rows.error());
  if (token.empty() || rows->empty() || !rows->at(0, "way_back_from"))
    co_return Error{servers.green_place() + ": its position at the second gate is not on record",
                    "the way back cannot be opened; `cutover verify` can compare both sides"};
  co_return text_result(rows->text(0, "way_back_from"));
}

/// What green has flushed itself: then nothing of blue is wanted again.
Task<Outcome> wait_until_flushed(DatabaseServers& servers, Lsn mark) {
  const auto sql =
      fmt::format(behind_sql, list_of_literals(servers.slots()), quote_literal(to_text(mark)));
  for (int look = 0; look < looks_at_the_end; ++look) {
    const auto rows = co_await servers.reader.query(sql);
    if (!rows) co_return outcome_of(rows.error());
    if (!rows->at(0, "behind")) co_return done();
    co_await sleep_for(between_looks);
  }
  co_return refused(servers.blue_place() + ": the slots have not flushed the mark",
                    "look at pg_replication_slots there, then `cutover recover`");
}

Task<Outcome> disable_on_green(DatabaseServers& servers, SubscriptionStates states) {
  for (const auto& [name, state] : states) {
    if (!state.enabled) continue;
    const auto disabled = co_await servers.green_reader.query(
        fmt::format("ALTER SUBSCRIPTION {} DISABLE", quote_identifier(name)));
    if (!disabled) co_return outcome_of(disabled.error());
  }
  co_return done();
}

/// DISABLE returns before the worker has seen it.
Task<Outcome> wait_for_the_workers_end(DatabaseServers& servers) {
  for (int look = 0; look < looks_at_the_end; ++look) {
    const auto states =
        co_await look_at_subscriptions_of(servers.green_reader, servers.sides.subscriptions);
    if (!states) co_return in_doubt(states.error());
    bool any = false;
    for (const auto& [name, state] : *states) any = any || state.has_worker;
    if (!any) co_return done();
    co_await sleep_for(between_looks);
  }
  co_return refused(servers.green_place() + ": an apply worker does not end after DISABLE",
                    "see pg_stat_subscription there, then `cutover recover`");
}

Task<Outcome> let_green_leave(DatabaseServers& servers, std::optional<Lsn> mark) {
  const auto states =
      co_await look_at_subscriptions_of(servers.green_reader, servers.sides.subscriptions);
  if (!states) co_return in_doubt(states.error());
  bool any_enabled = false;
  for (const auto& [name, state] : *states) any_enabled = any_enabled || state.enabled;
  if (any_enabled && mark) {
    const auto flushed = co_await wait_until_flushed(servers, *mark);
    if (!flushed.is_done()) co_return flushed;
  }
  const auto disabled = co_await disable_on_green(servers, *states);
  if (!disabled.is_done()) co_return disabled;
  const auto ended = co_await wait_for_the_workers_end(servers);
  co_return ended;
}

/// Rows of green's side, which green will update: nobody follows blue now, so they go nowhere.
std::string rows_for_green_sql(const DatabaseServers& servers) {
  auto tables = servers.sides.markers;
  tables.emplace_back("cutover.run");
  std::string sql;
  for (const auto& table : tables)
    sql += fmt::format("INSERT INTO {} (side) VALUES ({}) ON CONFLICT DO NOTHING;", table,
                       quote_literal(servers.sides.green_colour));
  return sql;
}

Task<Outcome> follow_green(DatabaseServers& servers, std::string position) {
  const auto states = co_await look_at_subscriptions_of(servers.reader, servers.sides.way_back);
  if (!states) co_return in_doubt(states.error());
  for (const auto& each : servers.sides.way_back) {
    const auto found = states->find(each.subscription);
    if (found == states->end())
      co_return refused(fmt::format("{}: subscription {} does not exist", servers.blue_place(),
                                    each.subscription),
                        "the way back was not armed, or was removed since");
    if (found->second.enabled) continue;
    const auto enabled = co_await servers.reader.script(
        fmt::format("{} SELECT pg_replication_origin_advance({}, {}); ALTER SUBSCRIPTION {} ENABLE",
                    rows_for_green_sql(servers), quote_literal(found->second.origin),
                    quote_literal(position), quote_identifier(each.subscription)));
    if (!enabled) co_return outcome_of(enabled.error());
  }
  co_return done();
}

/// Only now is it known that blue's worker can log in, and finds what it needs.
Task<Outcome> wait_until_blue_streams(DatabaseServers& servers) {
  std::vector<std::string> slots;
  for (const auto& each : servers.sides.way_back) slots.push_back(each.slot);
  const auto sql = fmt::format(streaming_sql, list_of_literals(slots));
  for (int look = 0; look < looks_at_the_end; ++look) {
    const auto rows = co_await servers.green_reader.query(sql);
    if (!rows) co_return outcome_of(rows.error());
    if (rows->text(0, "streaming") == std::to_string(slots.size())) co_return done();
    co_await sleep_for(between_looks);
  }
  co_return refused(servers.blue_place() + ": its subscription is enabled and receives nothing yet",
                    "its server log says why the worker does not stay; green keeps the WAL");
}

Task<Outcome> drop_what_green_followed(DatabaseServers& servers) {
  const auto states =
      co_await look_at_subscriptions_of(servers.green_reader, servers.sides.subscriptions);
  if (!states) co_return in_doubt(states.error());
  for (const auto& [name, state] : *states) {
    const auto dropped = co_await drop_subscription(servers.green_reader, name);
    if (!dropped.is_done()) co_return dropped;
  }
  for (const auto& slot : servers.slots()) {
    const auto dropped = co_await drop_slot(servers.reader, slot);
    if (!dropped.is_done()) co_return dropped;
  }
  co_return done();
}

}  // namespace

Task<Outcome> open_way_back(DatabaseServers& servers, Claim claim, std::optional<Lsn> mark) {
  if (servers.sides.way_back.empty()) co_return done();
  const auto position = co_await recorded_position(servers);
  if (!position) co_return refused(position.error());
  const auto left = co_await let_green_leave(servers, mark);
  if (!left.is_done()) co_return left;
  const auto follows = co_await follow_green(servers, *position);
  if (!follows.is_done()) co_return follows;
  const auto dropped = co_await drop_what_green_followed(servers);
  if (!dropped.is_done()) co_return dropped;
  const auto streams = co_await wait_until_blue_streams(servers);
  if (!streams.is_done() || !servers.takes_down) co_return streams;
  const auto removed = co_await remove_old_triggers(servers, std::move(claim));
  co_return removed;
}

Task<Outcome> way_back_is_open(DatabaseServers& servers) {
  if (servers.sides.way_back.empty()) co_return done();
  const auto states = co_await look_at_subscriptions_of(servers.reader, servers.sides.way_back);
  if (!states) co_return in_doubt(states.error());
  std::size_t enabled = 0;
  for (const auto& [name, state] : *states) enabled += state.enabled ? 1 : 0;
  if (enabled < servers.sides.way_back.size())
    co_return refused(servers.blue_place() + ": it does not follow " + servers.sides.green_colour);
  const auto old =
      co_await look_at_subscriptions_of(servers.green_reader, servers.sides.subscriptions);
  if (!old) co_return in_doubt(old.error());
  co_return old->empty() ? done()
                         : refused(servers.green_place() + ": the subscription to " +
                                   servers.sides.blue_colour + " is still there");
}

Task<Outcome> green_has_left(DatabaseServers& servers) {
  const auto states =
      co_await look_at_subscriptions_of(servers.green_reader, servers.sides.subscriptions);
  if (!states) co_return in_doubt(states.error());
  bool any_enabled = false;
  for (const auto& [name, state] : *states) any_enabled = any_enabled || state.enabled;
  if (any_enabled)
    co_return refused(servers.green_place() + ": it still follows " + servers.sides.blue_colour);
  const auto position = co_await recorded_position(servers);
  co_return position ? done("the gate was passed before") : refused(position.error());
}

}  // namespace cutover
