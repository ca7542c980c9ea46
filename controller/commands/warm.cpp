// `cutover warm`: loads what is hot on blue into green's buffers, before clients come.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "common/base/byte_size.h"
#include "controller/commands/commands.h"
#include "controller/commands/journaled.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/status/replication_text.h"
#include "controller/warm/warm_green.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::chrono::milliseconds warm_progress_interval{2000};

Result<WarmOptions> options_of(const CommandLine& line, const Screen& screen) {
  WarmOptions options;
  if (line.options.has("--size")) {
    const auto size = parse_byte_size(line.options.text("--size"));
    if (!size) return within_context("--size", size.error());
    options.limit_bytes = *size;
  }
  options.mode = line.options.text("--mode", options.mode);
  if (options.mode != "buffer" && options.mode != "read" && options.mode != "prefetch")
    return Error{"--mode: pg_prewarm has no mode " + options.mode, "buffer, read or prefetch"};
  auto told_at = std::make_shared<std::chrono::steady_clock::time_point>();
  options.progress = [screen, told_at](const HotRelation& relation, std::uint64_t done,
                                       std::uint64_t wanted) {
    const auto now = std::chrono::steady_clock::now();
    if (done < wanted && now - *told_at < warm_progress_interval) return;
    *told_at = now;
    screen.print(fmt::format("          {} of {} blocks, at {}.{}\n", done, wanted, relation.schema,
                             relation.name));
  };
  return options;
}

std::string label_of_relation(const HotRelation& relation) {
  return relation.schema + "." + relation.name + (relation.toast ? " (toast)" : "");
}

std::string text_of(const std::string& database, const WarmPlan& plan) {
  std::string text = fmt::format("{}: hot by {} of blue, at most {} into green\n", database,
                                 plan.source, bytes_text(static_cast<double>(plan.limit_bytes)));
  for (const auto& relation : plan.relations) {
    if (relation.blocks == 0) continue;
    text +=
        fmt::format("  {:>10} of {:>10}  {}\n",
                    bytes_text(static_cast<double>(relation.blocks * plan.block_bytes)),
                    bytes_text(static_cast<double>(relation.bytes)), label_of_relation(relation));
  }
  return text;
}

json::value json_of(const std::string& database, const WarmPlan& plan) {
  json::array relations;
  for (const auto& relation : plan.relations)
    relations.push_back({{"relation", label_of_relation(relation)},
                         {"heat", relation.heat},
                         {"bytes", relation.bytes},
                         {"warmed_bytes", relation.blocks * plan.block_bytes}});
  return {{"name", database},
          {"source", plan.source},
          {"limit_bytes", plan.limit_bytes},
          {"relations", relations}};
}

StepReport step_of(const std::string& database, const WarmPlan& plan,
                   const Result<std::uint64_t>& loaded, std::chrono::microseconds took) {
  StepReport step;
  step.name = database + " warm";
  step.took = took;
  step.outcome = loaded
                     ? done(bytes_text(static_cast<double>(*loaded * plan.block_bytes)) + " loaded")
                     : refused(loaded.error());
  return step;
}

bool any_done(const CommandResult& result) {
  return std::any_of(result.steps.begin(), result.steps.end(),
                     [](const auto& step) { return step.outcome.is_done(); });
}

/// Plans and, when told to, loads one database after the other.
std::optional<Error> warm_all(const CommandLine& line, const Config& config,
                              const WarmOptions& options, const Screen& screen,
                              CommandResult& result) {
  json::array databases;
  for (const auto& database : config.databases) {
    const auto plan = run_task<Result<WarmPlan>>(
        [&](asio::any_io_executor) { return plan_warming(database, options); });
    if (!plan) return plan.error();
    screen.print(text_of(database.name, *plan));
    databases.push_back(json_of(database.name, *plan));
    if (line.dry_run) continue;
    const auto begun = std::chrono::steady_clock::now();
    const auto loaded = run_task<Result<std::uint64_t>>(
        [&](asio::any_io_executor) { return warm_green(database, *plan, options); });
    const auto took = std::chrono::steady_clock::now() - begun;
    result.steps.push_back(step_of(database.name, *plan, loaded,
                                   std::chrono::duration_cast<std::chrono::microseconds>(took)));
    if (!loaded) return loaded.error();
  }
  result.data = {{"databases", databases}};
  return std::nullopt;
}

}  // namespace

CommandResult warm_command(const CommandLine& line, const Config& config) {
  const Screen screen(line);
  const auto options = options_of(line, screen);
  if (!options) return usage_error(label_of(line.command), options.error());
  CommandResult result;
  const auto error = warm_all(line, config, *options, screen, result);
  if (error) {
    end_as(result, any_done(result) ? RunOutcome::aborted : RunOutcome::refused, *error);
  }
  if (!line.dry_run) write_to_journal(config, label_of(line.command), result);
  return result;
}

}  // namespace cutover
