// `cutover sessions`: who is connected to blue and green and in which transactions;
// --terminate-idle ends sessions that have done nothing for a while.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "common/base/duration.h"
#include "controller/commands/commands.h"
#include "controller/commands/prompt.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/status/client_sessions.h"
#include "controller/status/replication_text.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

struct SessionsWish {
  IdleRule rule;
  bool terminate = false;
  std::vector<std::string> sides;
};

Result<SessionsWish> wish_of(const CommandLine& line) {
  SessionsWish wish;
  const auto idle_for = parse_duration(line.options.text("--idle-for", "5min"));
  if (!idle_for) return within_context("--idle-for", idle_for.error());
  wish.rule.idle_for = std::chrono::ceil<std::chrono::seconds>(*idle_for);
  wish.rule.in_transaction = line.options.has("--in-transaction");
  wish.terminate = line.options.has("--terminate-idle");
  // What is looked at may be both; what is ended is blue's unless green is asked for.
  const auto side = line.options.text("--side", wish.terminate ? "blue" : "both");
  if (side != "blue" && side != "green" && side != "both")
    return Error{"--side: " + side + " is no side", "blue, green or both"};
  for (const char* each : {"blue", "green"})
    if (side == each || side == "both") wish.sides.emplace_back(each);
  return wish;
}

SessionOptions session(const DatabaseConfig& database, const std::string& side) {
  SessionOptions options;
  options.conninfo = side == "blue" ? database.blue : database.green;
  options.place = side + " " + database.name;
  options.application_name = "cutover sessions";
  return options;
}

struct SessionsLook {
  std::vector<SessionsSeen> seen;
  std::vector<Error> unknown;
  std::vector<StepReport> steps;
};

/// A lost answer says nothing about what the server did.
Outcome not_ended(const postgres::Failure& failure) {
  return failure.lost ? in_doubt(Error(failure)) : refused(Error(failure));
}

StepReport step_of(const std::string& place, const ClientSession& one,
                   const postgres::Answer<IdleEnd>& ended) {
  StepReport step;
  step.name = fmt::format("{} pid {}", place, one.pid);
  const auto who =
      fmt::format("user {}, application {}, from {}, {} for {}", one.user, one.application,
                  one.address, one.state, seconds_text(one.state_seconds));
  step.outcome = !ended ? not_ended(ended.error())
                 : *ended == IdleEnd::ended
                     ? done("ended: " + who)
                     : done("left alone, it is gone or at work again: " + who);
  return step;
}

Task<SessionsLook> look_at_every_server(const Config& config, SessionsWish wish, bool act) {
  SessionsLook look;
  for (const auto& database : config.databases) {
    for (const auto& side : wish.sides) {
      ServerSession server(session(database, side));
      auto seen = co_await look_at_sessions(server, wish.rule);
      if (!seen) {
        look.unknown.push_back(seen.error());
        continue;
      }
      for (const auto& one : seen->idle) {
        if (!act) break;
        const auto ended = co_await terminate_if_idle(server, one, wish.rule);
        look.steps.push_back(step_of(seen->place, one, ended));
      }
      look.seen.push_back(std::move(*seen));
    }
  }
  co_return look;
}

std::string text_of(const SessionsSeen& seen) {
  std::string text = seen.place + "\n";
  for (const auto& group : seen.groups)
    text += fmt::format("  {:>5}  {:<20} user {}, application {}, from {}\n", group.count,
                        group.state, group.user,
                        group.application.empty() ? "(none)" : group.application, group.address);
  if (!seen.longest.empty()) text += "  longest open transactions\n";
  for (const auto& one : seen.longest)
    text += fmt::format("  {:>8}  pid {}, user {}, {}: {}\n", seconds_text(one.transaction_seconds),
                        one.pid, one.user, one.state, one.query);
  return text;
}

json::value json_of(const ClientSession& one) {
  return {{"pid", one.pid},
          {"user", one.user},
          {"application", one.application},
          {"address", one.address},
          {"state", one.state},
          {"state_seconds", one.state_seconds},
          {"transaction_seconds", one.transaction_seconds},
          {"query", one.query}};
}

json::value json_of(const SessionsSeen& seen) {
  json::array groups;
  for (const auto& group : seen.groups)
    groups.push_back({{"user", group.user},
                      {"application", group.application},
                      {"address", group.address},
                      {"state", group.state},
                      {"count", group.count}});
  json::array longest;
  for (const auto& one : seen.longest) longest.push_back(json_of(one));
  json::array idle;
  for (const auto& one : seen.idle) idle.push_back(json_of(one));
  return {{"place", seen.place}, {"groups", groups}, {"longest", longest}, {"idle", idle}};
}

SessionsLook run_look(const Config& config, const SessionsWish& wish, bool act) {
  return run_task<SessionsLook>(
      [&](asio::any_io_executor) { return look_at_every_server(config, wish, act); });
}

CommandResult result_of(const SessionsLook& look) {
  CommandResult result;
  json::array servers;
  for (const auto& seen : look.seen) servers.push_back(json_of(seen));
  result.data = {{"servers", servers}};
  result.steps = look.steps;
  end_by_steps(result, "`cutover sessions` shows who is there now");
  if (!result.error && !look.unknown.empty())
    end_as(result, look.steps.empty() ? RunOutcome::refused : RunOutcome::aborted,
           look.unknown.front());
  return result;
}

std::size_t idle_in(const SessionsLook& look) {
  std::size_t count = 0;
  for (const auto& seen : look.seen) count += seen.idle.size();
  return count;
}

}  // namespace

CommandResult sessions_command(const CommandLine& line, const Config& config) {
  const auto wish = wish_of(line);
  if (!wish) return usage_error(label_of(line.command), wish.error());
  const Screen screen(line);
  const auto look = run_look(config, *wish, false);
  for (const auto& seen : look.seen) screen.print(text_of(seen));
  if (!wish->terminate) return result_of(look);
  const auto count = idle_in(look);
  screen.print(fmt::format("{} sessions have been idle for {} s or more{}\n", count,
                           wish->rule.idle_for.count(),
                           line.dry_run ? ": --no-dry-run ends them" : ""));
  if (line.dry_run || count == 0 || !look.unknown.empty()) return result_of(look);
  const auto agreed =
      confirm(fmt::format("End {} idle sessions now?", count), "yes", {.answer_yes = line.yes});
  if (!agreed) return usage_error(label_of(line.command), agreed.error());
  if (!*agreed) return refusal(label_of(line.command), Error{"not confirmed, nothing was changed"});
  const auto ended = run_look(config, *wish, true);
  for (const auto& step : ended.steps)
    screen.print(fmt::format("  {}: {}\n", step.name, step.outcome.detail));
  return result_of(ended);
}

}  // namespace cutover
