// The jumpbox itself: files, logins, ssh, agents. Each point is a check report, so that --json and
// the exit code are as elsewhere. What is made of what is found out: jumpbox_points.h.
#include "common/async/gather.h"
#include "common/postgres/connection.h"
#include "controller/checks/check_context.h"
#include "controller/checks/open_context.h"
#include "controller/commands/commands.h"
#include "controller/commands/journaled.h"
#include "controller/commands/jumpbox.h"
#include "controller/commands/psql_target.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/report/explain.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
using Settings = std::map<std::string, std::string>;

ServerView view_of(const std::string& point, const ReadOnlyServer& one) {
  if (!one.is_reachable()) return {point, one.name(), 0, one.why_not()};
  return {point, one.name(), one.version(), std::nullopt};
}

Task<std::vector<ServerView>> look_at_servers(const Config& config) {
  std::vector<ServerView> views;
  const auto databases = co_await open_servers(config);
  for (const auto& database : databases) {
    views.push_back(view_of("blue of " + database.config.name, database.blue));
    views.push_back(view_of("green of " + database.config.name, database.green));
  }
  co_return views;
}

/// Asked to run something else, a key bound to the agent's bridge leads to the agent all the same.
Task<std::vector<BouncerOutcome>> ask_for_more(asio::any_io_executor executor, Config config) {
  for (auto& bouncer : config.bouncers) bouncer.command = "true";
  BouncerFleet fleet(executor, config);
  auto connected = co_await fleet.connect();
  co_return connected;
}

/// SHOW CONFIG of an agent's first PgBouncer; empty where that is not known.
Settings settings_of(const Result<proto::Inspection>& answer) {
  if (!answer || answer->processes().empty()) return {};
  const auto& settings = answer->processes(0).config();
  return {settings.begin(), settings.end()};
}

/// nullopt where nobody may use the console from elsewhere: cutover-agent doctor says so.
Task<std::optional<ConsoleTrial>> try_console(Config config, BouncerConfig bouncer,
                                              Settings settings) {
  if (settings["admin_users"].empty()) co_return std::nullopt;
  const PsqlTarget target{bouncer.name, "", false};
  const auto conninfo = bouncer_conninfo(config, bouncer, target, settings);
  ConsoleTrial trial;
  if (!conninfo) {
    trial.why_not = conninfo.error();
    co_return trial;
  }
  const auto password = postgres::password_of(*conninfo);
  trial.has_password = password.has_value() && password->has_value();
  const auto connected = co_await postgres::Connection::connect(*conninfo);
  if (!connected) trial.why_not = connected.error();
  co_return trial;
}

Task<std::vector<std::optional<ConsoleTrial>>> try_consoles(const BouncerFleet& fleet,
                                                            Config config) {
  const auto answers = co_await fleet.inspect();
  std::vector<Task<std::optional<ConsoleTrial>>> trials;
  for (std::size_t i = 0; i < answers.size(); ++i)
    trials.push_back(try_console(config, config.bouncers[i], settings_of(answers[i].answer)));
  auto tried = co_await gather(std::move(trials));
  co_return tried;
}

Task<std::vector<BouncerView>> look_at_bouncers(asio::any_io_executor executor, Config config) {
  BouncerFleet fleet(executor, config);
  const auto connected = co_await fleet.connect();
  const auto asked_for_more = co_await ask_for_more(executor, config);
  const auto consoles = co_await try_consoles(fleet, config);
  auto hellos = fleet.hellos();
  std::vector<BouncerView> views;
  for (std::size_t i = 0; i < connected.size(); ++i) {
    const auto& bouncer = config.bouncers[i];
    views.push_back({bouncer, find_file(bouncer.identity), find_file(bouncer.known_hosts),
                     connected[i].outcome, hellos[bouncer.name].program_version(),
                     !asked_for_more[i].outcome.is_done(), consoles[i]});
  }
  co_return views;
}

Task<JumpboxView> look(asio::any_io_executor executor, const Config& config) {
  auto servers = co_await look_at_servers(config);
  auto bouncers = co_await look_at_bouncers(executor, config);
  JumpboxView view{look_at_machine(config), std::move(servers), std::move(bouncers)};
  co_return view;
}

}  // namespace

CommandResult doctor_command(const CommandLine& line, const Config& config) {
  CommandResult result;
  const auto view =
      run_task<JumpboxView>([&](asio::any_io_executor executor) { return look(executor, config); });
  result.checks = jumpbox_points(view);
  Screen(line).print(explain_checks(result.checks));
  if (has_failure(result.checks)) {
    end_as(result, RunOutcome::refused,
           {"something on this jumpbox is not as it should be",
            "each failed point above says what to do"});
  }
  write_to_journal(config, label_of(line.command), result);
  return result;
}

}  // namespace cutover
