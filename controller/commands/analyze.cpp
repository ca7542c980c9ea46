// `cutover analyze`: statistics of green, in stages, with what is stale since when.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "controller/commands/commands.h"
#include "controller/commands/journaled.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/report/progress.h"
#include "controller/warm/analyze_green.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::chrono::milliseconds analyze_progress_interval{2000};

struct Found {
  DatabaseConfig database;
  std::vector<TableStatistics> tables;
};

struct StatisticsLook {
  std::vector<Found> found;
  std::optional<Error> error;
};

Task<StatisticsLook> look_at_every_green(const Config& config) {
  StatisticsLook look;
  for (const auto& database : config.databases) {
    auto tables = co_await look_at_statistics(database);
    if (!tables) {
      look.error = tables.error();
      co_return look;
    }
    look.found.push_back({database, std::move(*tables)});
  }
  co_return look;
}

Task<std::vector<std::vector<AnalyzedTable>>> analyze_all(const StatisticsLook& look,
                                                          AnalyzeOptions options) {
  std::vector<std::vector<AnalyzedTable>> all;
  for (const auto& found : look.found) {
    auto analyzed = co_await analyze_in_stages(found.database, found.tables, options);
    all.push_back(std::move(analyzed));
  }
  co_return all;
}

std::string state_of(const TableStatistics& table) {
  if (table.analyzed_at.empty()) return table.has_statistics ? "not recorded" : "no statistics";
  return fmt::format("{} of {} rows changed since {}", table.changed, table.rows,
                     table.analyzed_at);
}

std::string text_of(const StatisticsLook& look) {
  std::string text;
  for (const auto& found : look.found) {
    std::size_t stale = 0;
    for (const auto& table : found.tables) {
      if (!table.stale) continue;
      ++stale;
      text += fmt::format("  {} {}: {}\n", found.database.name, table.label, state_of(table));
    }
    text += fmt::format("{}: {} of {} tables of green have no statistics or stale ones\n",
                        found.database.name, stale, found.tables.size());
  }
  return text;
}

json::array json_of(const StatisticsLook& look) {
  json::array databases;
  for (const auto& found : look.found) {
    json::array tables;
    for (const auto& table : found.tables) {
      tables.push_back({{"table", table.label},
                        {"bytes", table.bytes},
                        {"rows", table.rows},
                        {"changed", table.changed},
                        {"analyzed_at", table.analyzed_at.empty() ? json::value()
                                                                  : json::value(table.analyzed_at)},
                        {"has_statistics", table.has_statistics},
                        {"stale", table.stale}});
    }
    databases.push_back({{"name", found.database.name}, {"tables", tables}});
  }
  return databases;
}

/// A line every two seconds, and at the end of each stage.
std::function<void(const AnalyzeProgress&)> progress_on(const Screen& screen) {
  auto told_at = std::make_shared<std::chrono::steady_clock::time_point>();
  return [screen, told_at](const AnalyzeProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (progress.done < progress.tables && now - *told_at < analyze_progress_interval) return;
    *told_at = now;
    screen.print(fmt::format("          {}: stage {} of 3, {} of {} tables, {} of {} MB\n",
                             progress.database, progress.stage, progress.done, progress.tables,
                             progress.bytes_done >> 20, progress.bytes >> 20));
  };
}

StepReport step_of(const std::string& database, const AnalyzedTable& analyzed) {
  StepReport step;
  step.name = database + " " + analyzed.table.label;
  step.outcome = analyzed.outcome;
  step.took = analyzed.took;
  return step;
}

void take_steps(CommandResult& result, const StatisticsLook& look,
                const std::vector<std::vector<AnalyzedTable>>& all) {
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const auto& one : all[i])
      result.steps.push_back(step_of(look.found[i].database.name, one));
  end_by_steps(result, "analyze it by hand, or run the command again");
}

}  // namespace

CommandResult analyze_command(const CommandLine& line, const Config& config) {
  const Screen screen(line);
  const auto look =
      run_task<StatisticsLook>([&](asio::any_io_executor) { return look_at_every_green(config); });
  if (look.error) return refusal(label_of(line.command), *look.error);
  screen.print(text_of(look));
  CommandResult result;
  result.data = {{"databases", json_of(look)}};
  if (line.dry_run) return result;
  AnalyzeOptions options;
  options.jobs = jobs_wanted(line);
  options.all = line.options.has("--all");
  options.progress = progress_on(screen);
  const auto all = run_task<std::vector<std::vector<AnalyzedTable>>>(
      [&](asio::any_io_executor) { return analyze_all(look, options); });
  take_steps(result, look, all);
  const auto analyzed = std::count_if(result.steps.begin(), result.steps.end(),
                                      [](const auto& step) { return step.outcome.is_done(); });
  screen.print(fmt::format("{} tables analyzed\n", analyzed));
  write_to_journal(config, label_of(line.command), result);
  return result;
}

}  // namespace cutover
