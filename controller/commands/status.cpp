// One look at everything: who serves, how far green follows, what every bouncer does.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "common/async/within.h"
#include "common/base/byte_size.h"
#include "controller/checks/check_context.h"
#include "controller/checks/open_context.h"
#include "controller/commands/commands.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/live/learned_moves.h"
#include "controller/looks/bouncer_look.h"
#include "controller/servers/sides.h"
#include "controller/status/replication_text.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

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
  FleetLook fences;  ///< who is fenced and who serves, nothing more
};

/// What a side's own row of cutover.run says; absent where it is not prepared or cannot be asked.
struct RunSight {
  std::string epoch;
  std::string run_id;
  std::string decided_at;
  bool fenced = false;
};

Task<std::optional<RunSight>> look_at_run(const ReadOnlyServer& server, std::string name) {
  const postgres::Parameters side{name};
  const auto rows = co_await server.ask(run_sql, side);
  if (!rows || rows->empty()) co_return std::nullopt;
  RunSight seen;
  seen.epoch = rows->text(0, "epoch");
  seen.run_id = rows->text(0, "run_id");
  seen.decided_at = rows->text(0, "decided_at");
  seen.fenced = rows->text(0, "fenced") == "t";
  co_return seen;
}

json::object side_of(const ReadOnlyServer& server, const std::optional<RunSight>& seen) {
  return {{"reachable", server.is_reachable()},
          {"fenced", seen ? json::value(seen->fenced) : json::value()}};
}

/// Of several databases one has the decision, and with it the time.
std::string fenced_text(const RunSight& seen) {
  return seen.decided_at.empty() ? "fenced" : "fenced since " + seen.decided_at;
}

std::string decision_text(const std::optional<RunSight>& blue,
                          const std::optional<RunSight>& green) {
  std::string text = "  blue: not prepared, or it cannot be asked\n";
  if (blue)
    text = fmt::format("  blue: epoch {}, run {}, {}\n", blue->epoch,
                       blue->run_id.empty() ? "none yet" : blue->run_id,
                       blue->fenced ? fenced_text(*blue) : "serving");
  if (green && green->fenced) text += "  green: " + fenced_text(*green) + "\n";
  return text;
}

Task<void> tell_decision(StatusReport& report, json::object& data,
                         const CheckedDatabase& database) {
  const auto blue = co_await look_at_run(database.blue, "blue");
  const auto green = co_await look_at_run(database.green, "green");
  report.text += decision_text(blue, green);
  data["blue"] = side_of(database.blue, blue);
  data["green"] = side_of(database.green, green);
  DatabaseLook fences;
  if (green) fences.green_fenced = green->fenced;
  if (blue) {
    fences.fenced = blue->fenced;
    data["epoch"] = blue->epoch;
    data["run_id"] = blue->run_id;
    data["fenced"] = blue->fenced;
  }
  report.fences.databases.push_back(std::move(fences));
}

struct WayBack {
  bool exists = false;
  bool open = false;
};

/// Absent: blue does not say.
Task<std::optional<WayBack>> look_at_way_back(const CheckedDatabase& database) {
  WayBack seen;
  std::size_t enabled = 0;
  for (const auto& each : database.config.subscriptions) {
    const postgres::Parameters name{way_back_of(each).subscription};
    const auto rows = co_await database.blue.ask(followers_sql, name);
    if (!rows) co_return std::nullopt;
    if (rows->empty()) continue;
    seen.exists = true;
    if (rows->text(0, "subenabled") == "t" && rows->text(0, "has_worker") == "t") ++enabled;
  }
  seen.open = enabled == database.config.subscriptions.size();
  co_return seen;
}

Task<void> tell_way_back(StatusReport& report, json::object& data,
                         const CheckedDatabase& database) {
  const auto seen = co_await look_at_way_back(database);
  data["way_back"] = json::object{{"armed", seen ? json::value(seen->exists) : json::value()},
                                  {"open", seen ? json::value(seen->open) : json::value()}};
  report.text += fmt::format("  way back: {}\n", !seen ? "cannot be found out, blue does not say"
                                                 : seen->open   ? "open, blue follows green"
                                                 : seen->exists ? "armed, NOT OPEN"
                                                                : "not armed");
}

Task<void> tell_database(StatusReport& report, const CheckedDatabase& database,
                         const ReplicationStatus& replication) {
  report.text += fmt::format("database {}\n", database.config.name);
  json::object data{{"name", database.config.name}};
  for (const auto* server : {&database.blue, &database.green}) {
    if (!server->is_reachable()) {
      report.text +=
          fmt::format("  {} cannot be reached: {}\n", server->name(), server->why_not().what);
    }
  }
  co_await tell_decision(report, data, database);
  co_await tell_way_back(report, data, database);
  report.text += text_of(replication);
  data["replication"] = json_of(replication);
  report.databases.push_back(std::move(data));
}

const char* serves(const BouncerSight& sight) {
  if (sight.all_green) return "green";
  return sight.all_blue ? "blue" : "neither side wholly";
}

/// After a run that died between its decision and the switch, when the leases have run out.
void tell_refused_writes(StatusReport& report) {
  const auto side = report.fences.fenced_side_in_use();
  if (side.empty()) return;
  report.text += fmt::format(
      "WARNING: {0} is fenced and bouncers point at it: writes there fail with 25006\n"
      "  hint: unless a run is going on, `cutover recover`\n",
      side);
}

void tell_bouncer(StatusReport& report, const BouncerSight& sight) {
  report.fences.bouncers.push_back(look_of(sight));
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

Task<StatusReport> look(asio::any_io_executor executor, const Config& config,
                        ReplicationLook replication_look) {
  StatusReport report;
  const auto replication = co_await look_at_replication(config.databases, replication_look);
  const auto databases = co_await open_servers(config);
  for (std::size_t i = 0; i < databases.size(); ++i) {
    auto telling = tell_database(report, databases[i], replication[i]);
    const bool answered = co_await within(replication_look.limit, std::move(telling));
    if (!answered) report.text += "  it does not answer in time\n";
  }
  BouncerFleet bouncers(executor, config);
  co_await bouncers.connect();
  const auto sights = co_await bouncers.look_at_bouncers();
  for (const auto& sight : sights) tell_bouncer(report, sight);
  tell_refused_writes(report);
  co_return report;
}

}  // namespace

CommandResult status_command(const CommandLine& line, const Config& config) {
  ReplicationLook replication;
  if (line.options.has("--disk-free")) {
    const auto free = parse_byte_size(line.options.text("--disk-free"));
    if (!free)
      return usage_error(label_of(line.command), within_context("--disk-free", free.error()));
    replication.free_bytes = static_cast<double>(*free);
  }
  auto report = run_task<StatusReport>(
      [&](asio::any_io_executor executor) { return look(executor, config, replication); });
  Screen(line).print(report.text);
  CommandResult result;
  const auto refusing = report.fences.fenced_side_in_use();
  result.data = {{"databases", report.databases},
                 {"bouncers", report.bouncers},
                 {"fenced_side_in_use", refusing.empty() ? json::value() : json::value(refusing)}};
  return result;
}

}  // namespace cutover
