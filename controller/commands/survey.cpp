#include "controller/commands/survey.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "common/async/gather.h"
#include "controller/checks/check_context.h"
#include "controller/checks/checked_bouncers.h"
#include "controller/checks/open_context.h"
#include "controller/commands/run_task.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/report/progress.h"
#include "controller/servers/sides.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

using std::chrono::microseconds;

std::vector<IniDiff> diffs_of(const CheckedBouncers& bouncers) {
  std::vector<IniDiff> diffs;
  for (const auto& bouncer : bouncers.hosts) {
    if (!bouncer.preview) continue;  // check ini_change says why
    for (const auto& file : bouncer.preview->files())
      diffs.push_back({bouncer.config.name, file.path(), file.diff(), file.link_target()});
  }
  return diffs;
}

/// The shortest of a few: the first pays for caches.
Task<void> measure_server(Survey& survey, const ReadOnlyServer& server) {
  if (!server.is_reachable()) co_return;
  microseconds shortest = microseconds::max();
  for (int i = 0; i < 5; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = co_await server.ask("SELECT 1");
    if (!answer) co_return;
    const auto took = std::chrono::steady_clock::now() - begun;
    shortest = std::min(shortest, std::chrono::duration_cast<microseconds>(took));
  }
  survey.round_trips.push_back({server.name(), shortest});
}

Task<void> measure_round_trips(Survey& survey, const CheckContext& context,
                               const BouncerFleet& bouncers) {
  const auto pings = co_await bouncers.ping();
  for (const auto& [bouncer, ping] : pings) {
    if (ping) survey.round_trips.push_back({"agent of " + bouncer, *ping, /*is_agent=*/true});
  }
  for (const auto& database : context.databases) {
    co_await measure_server(survey, database.blue);
    co_await measure_server(survey, database.green);
  }
}

Task<Survey> take_survey(asio::any_io_executor executor, const Config& config,
                         Direction direction) {
  Survey survey;
  BouncerFleet bouncers(executor, config);
  co_await bouncers.connect();
  auto context = co_await open_check_context(config, bouncers);
  context.green_colour = configured_colour(direction, "green");
  survey.checks = co_await run_checks(context);
  survey.diffs = diffs_of(*context.bouncers);
  co_await measure_round_trips(survey, context, bouncers);
  co_return survey;
}

std::string text_of(const IniDiff& diff) {
  if (diff.link_target.empty()) return fmt::format("{} {}\n{}", diff.bouncer, diff.path, diff.diff);
  return fmt::format("{} {}: the symbolic link will lead to {}\n{}", diff.bouncer, diff.path,
                     diff.link_target, diff.diff);
}

}  // namespace

/// A rollback goes to the major it came from, with the statistics it served with.
void leave_out_what_held_before(std::vector<CheckReport>& checks) {
  for (auto& check : checks)
    if (check.name == "server_versions" || check.name == "green_statistics")
      check.finding = {CheckOutcome::skipped, "a rollback goes back to what served before"};
}

/// Checks speak of the side that serves as blue; for people it has its own colour.
Survey survey(const Config& config, Direction direction) {
  const auto faced = facing(config, direction);
  auto found = run_task<Survey>(
      [&](asio::any_io_executor executor) { return take_survey(executor, faced, direction); });
  if (direction == Direction::back) leave_out_what_held_before(found.checks);
  for (auto& check : found.checks) {
    check.finding.detail = in_colours(direction, check.finding.detail);
    check.finding.hint = in_colours(direction, check.finding.hint);
  }
  for (auto& trip : found.round_trips) trip.to = in_colours(direction, trip.to);
  return found;
}

std::string text_of(const Survey& survey, const Plan& plan) {
  std::string text = explain_checks(survey.checks) + "\nini files\n";
  for (const auto& diff : survey.diffs) text += text_of(diff);
  if (survey.diffs.empty()) text += "  no agent has shown a change\n";
  return text + "\n" + explain_steps(plan) + "\n" + explain_pause(survey.round_trips);
}

boost::json::value data_of(const Survey& survey, const Plan& plan) {
  json::array diffs, round_trips, steps;
  for (const auto& diff : survey.diffs) {
    diffs.push_back({{"bouncer", diff.bouncer},
                     {"path", diff.path},
                     {"diff", diff.diff},
                     {"link_target", diff.link_target}});
  }
  for (const auto& trip : survey.round_trips) {
    round_trips.push_back(
        {{"to", trip.to}, {"seconds", std::chrono::duration<double>(trip.took).count()}});
  }
  for (const auto& step : plan.steps)
    steps.push_back({{"name", step.name}, {"purpose", step.purpose}});
  return {{"diffs", diffs}, {"round_trips", round_trips}, {"plan", steps}};
}

}  // namespace cutover
