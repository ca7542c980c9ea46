// One look at everything: who serves, how far green follows, what every bouncer does.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "controller/checks/check_context.h"
#include "controller/checks/open_context.h"
#include "controller/commands/commands.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/live/learned_moves.h"
#include "controller/servers/sides.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

// The replayed position is that of the walsender which serves the slot; the slot's own confirmed
// position trails it.
constexpr const char* slots_sql = R"(
SELECT s.slot_name, s.active,
       pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(r.replay_lsn, s.confirmed_flush_lsn)) AS lag_bytes,
       pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn) AS retained_bytes
FROM pg_replication_slots AS s LEFT JOIN pg_stat_replication AS r ON r.pid = s.active_pid
WHERE s.slot_type = 'logical' AND s.database = current_database()
ORDER BY s.slot_name)";

// What blue follows green by.
constexpr const char* followers_sql = R"(
SELECT s.subname, s.subenabled,
       EXISTS (SELECT FROM pg_stat_subscription AS w
               WHERE w.subid = s.oid AND w.pid IS NOT NULL) AS has_worker
FROM pg_subscription AS s JOIN pg_database AS d ON d.oid = s.subdbid
WHERE d.datname = current_database() AND s.subname = $1)";

constexpr const char* run_sql = R"(
SELECT side, run_id, epoch, decided_at, fenced FROM cutover.run WHERE side = $1)";

struct StatusReport {
  std::string text;
  json::array databases;
  json::array bouncers;
};

json::value value_or_null(const std::optional<std::string_view>& text) {
  return text ? json::value(*text) : json::value();
}

std::string slot_text(const postgres::Rows& rows, std::size_t i) {
  return fmt::format("slot {}: {}, {} bytes behind, {} bytes of WAL kept\n",
                     rows.text(i, "slot_name"),
                     rows.text(i, "active") == "t" ? "active" : "NOT ACTIVE",
                     rows.text(i, "lag_bytes"), rows.text(i, "retained_bytes"));
}

json::value slot_of(const postgres::Rows& rows, std::size_t i) {
  return {{"slot", rows.text(i, "slot_name")},
          {"active", rows.text(i, "active") == "t"},
          {"lag_bytes", value_or_null(rows.at(i, "lag_bytes"))},
          {"retained_bytes", value_or_null(rows.at(i, "retained_bytes"))}};
}

Task<void> tell_decision(StatusReport& report, json::object& data,
                         const CheckedDatabase& database) {
  const postgres::Parameters side{"blue"};
  const auto rows = co_await database.blue.ask(run_sql, side);
  if (!rows || rows->empty()) {
    report.text += "  blue: not prepared, or it cannot be asked\n";
    co_return;
  }
  const bool fenced = rows->text(0, "fenced") == "t";
  report.text += fmt::format("  blue: epoch {}, run {}, {}\n", rows->text(0, "epoch"),
                             rows->text(0, "run_id").empty() ? "none yet" : rows->text(0, "run_id"),
                             fenced ? "fenced since " + rows->text(0, "decided_at") : "serving");
  data["epoch"] = rows->text(0, "epoch");
  data["run_id"] = rows->text(0, "run_id");
  data["fenced"] = fenced;
}

Task<void> tell_slots(StatusReport& report, json::object& data, const CheckedDatabase& database) {
  json::array slots;
  const auto rows = co_await database.blue.ask(slots_sql);
  if (!rows) {
    report.text += "  replication: cannot be found out: " + rows.error().what + "\n";
    co_return;
  }
  for (std::size_t i = 0; i < rows->size(); ++i) {
    report.text += "  " + slot_text(*rows, i);
    slots.push_back(slot_of(*rows, i));
  }
  data["slots"] = slots;
}

struct WayBack {
  bool exists = false;
  bool open = false;
};

Task<WayBack> look_at_way_back(const CheckedDatabase& database) {
  WayBack seen;
  std::size_t enabled = 0;
  for (const auto& each : database.config.subscriptions) {
    const postgres::Parameters name{way_back_of(each).subscription};
    const auto rows = co_await database.blue.ask(followers_sql, name);
    if (!rows || rows->empty()) continue;
    seen.exists = true;
    if (rows->text(0, "subenabled") == "t" && rows->text(0, "has_worker") == "t") ++enabled;
  }
  seen.open = enabled == database.config.subscriptions.size();
  co_return seen;
}

/// The slot that lags most says how far blue is behind, and how much WAL green keeps for it.
Task<void> tell_way_back(StatusReport& report, json::object& data,
                         const CheckedDatabase& database) {
  const auto seen = co_await look_at_way_back(database);
  json::object told{{"armed", seen.exists}, {"open", seen.open}};
  report.text += fmt::format("  way back: {}\n", seen.open     ? "open, blue follows green"
                                                 : seen.exists ? "armed, NOT OPEN"
                                                               : "not armed");
  const auto rows = co_await database.green.ask(slots_sql);
  json::array slots;
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    slots.push_back(slot_of(*rows, i));
    report.text += "  on green " + slot_text(*rows, i);
  }
  told["slots"] = slots;
  data["way_back"] = told;
}

Task<void> tell_database(StatusReport& report, const CheckedDatabase& database) {
  report.text += fmt::format("database {}\n", database.config.name);
  json::object data{{"name", database.config.name}};
  for (const auto* server : {&database.blue, &database.green}) {
    if (!server->is_reachable()) {
      report.text +=
          fmt::format("  {} cannot be reached: {}\n", server->name(), server->why_not().what);
    }
  }
  co_await tell_decision(report, data, database);
  co_await tell_slots(report, data, database);
  co_await tell_way_back(report, data, database);
  report.databases.push_back(std::move(data));
}

const char* serves(const BouncerSight& sight) {
  if (sight.all_green) return "green";
  return sight.all_blue ? "blue" : "neither side wholly";
}

void tell_bouncer(StatusReport& report, const BouncerSight& sight) {
  if (sight.unreachable) {
    report.text +=
        fmt::format("bouncer {}: cannot be reached: {}\n", sight.bouncer, sight.unreachable->what);
    report.bouncers.push_back({{"name", sight.bouncer}, {"reachable", false}});
    return;
  }
  report.text +=
      fmt::format("bouncer {}: points at {}{}{}, {} clients waiting\n", sight.bouncer,
                  serves(sight), sight.paused ? ", PAUSED" : "",
                  sight.intent && !sight.switched ? ", SWITCHING" : "", sight.clients_waiting);
  report.bouncers.push_back({{"name", sight.bouncer},
                             {"reachable", true},
                             {"serves", serves(sight)},
                             {"paused", sight.paused},
                             {"intent", sight.intent},
                             {"switched", sight.switched},
                             {"epoch", sight.claim.epoch},
                             {"clients_waiting", sight.clients_waiting}});
}

Task<StatusReport> look(asio::any_io_executor executor, const Config& config) {
  StatusReport report;
  const auto databases = co_await open_servers(config);
  for (const auto& database : databases) co_await tell_database(report, database);
  BouncerFleet bouncers(executor, config);
  co_await bouncers.connect();
  const auto sights = co_await bouncers.look_at_bouncers();
  for (const auto& sight : sights) tell_bouncer(report, sight);
  co_return report;
}

}  // namespace

CommandResult status_command(const CommandLine& line, const Config& config) {
  auto report = run_task<StatusReport>(
      [&](asio::any_io_executor executor) { return look(executor, config); });
  Screen(line).print(report.text);
  CommandResult result;
  result.data = {{"databases", report.databases}, {"bouncers", report.bouncers}};
  return result;
}

}  // namespace cutover
