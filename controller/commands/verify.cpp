// `cutover verify`: compares every published table while both sides live, and says which rows
// differ, by key.
#include "controller/verify/verify_databases.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "common/base/byte_size.h"
#include "common/base/run_id.h"
#include "controller/commands/commands.h"
#include "controller/commands/journaled.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/report/progress.h"
#include "controller/verify/difference_data.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

std::string text_of(const VerifyProgress& progress) {
  const double share = progress.estimated_rows == 0
                           ? 0
                           : 100.0 * static_cast<double>(progress.rows) /
                                 static_cast<double>(progress.estimated_rows);
  return fmt::format(
      "          {}: {} of {} tables, {} new rows, then {} of about {} rows ({:.0f} %), "
      "{} differ\n",
      progress.database, progress.tables_done, progress.tables, progress.recent_rows, progress.rows,
      progress.estimated_rows, share, progress.differences);
}

Result<VerifyOptions> options_of(const CommandLine& line, const Config& config,
                                 const std::string& run_id) {
  const auto& given = line.options;
  const auto most_lag = parse_byte_size(given.text("--max-lag", "16MiB"));
  if (!most_lag) return within_context("--max-lag", most_lag.error());
  const Screen screen(line);
  VerifyOptions options;
  options.state_dir = config.state_dir;
  options.run_id = run_id;
  options.jobs = jobs_wanted(line);
  options.most_lag_bytes = *most_lag;
  options.restart = given.has("--restart");
  options.show_data = given.has("--show-data");
  options.tables = given.all("--table");
  options.walk.chunk_rows = given.number("--chunk-rows", options.walk.chunk_rows);
  options.progress = [screen](const VerifyProgress& progress) { screen.print(text_of(progress)); };
  options.waiting = [screen](const std::string& why) {
    screen.print("          waiting: " + why + "\n");
  };
  return options;
}

std::string key_text(const TableVerdict& verdict, const RowKey& key) {
  if (verdict.table.key.empty()) return "row with digest " + key.front();
  std::string text;
  for (std::size_t i = 0; i < key.size(); ++i)
    text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", verdict.table.key[i].name, key[i]);
  return text;
}

const char* kind_text(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::missing:
      return "missing on green";
    case DifferenceKind::extra:
      return "on green only";
    case DifferenceKind::changed:
      return "not the same";
  }
  return "";
}

/// Why the table does not pass; empty: it does.
std::string problem_of(const TableVerdict& verdict) {
  std::string problem;
  if (verdict.differences > 0) problem = fmt::format("{} rows differ", verdict.differences);
  if (verdict.unsettled > 0)
    problem += fmt::format("{}{} rows change too often to be compared", problem.empty() ? "" : ", ",
                           verdict.unsettled);
  if (verdict.failure) problem += (problem.empty() ? "" : "; ") + verdict.failure->what;
  return problem;
}

StepReport step_of(const std::string& database, const TableVerdict& verdict) {
  StepReport step;
  step.name = database + " " + verdict.table.label;
  const auto problem = problem_of(verdict);
  const auto seen = fmt::format("{} rows in {} chunks, {} looked at again", verdict.rows,
                                verdict.chunks, verdict.looked_again);
  step.outcome = problem.empty() ? done(seen)
                                 : refused(problem + " (" + seen + ")",
                                           verdict.failure ? verdict.failure->hint : std::string());
  return step;
}

std::string text_of(const VerifyReport& report) {
  std::string text;
  for (const auto& verdict : report.tables) {
    const auto step = step_of(report.database, verdict);
    text += fmt::format("{:>8}  {}: {}\n", step.outcome.is_done() ? "same" : "DIFFERS", step.name,
                        step.outcome.detail);
    for (const auto& shown : verdict.shown) {
      text +=
          fmt::format("          {}: {}\n", kind_text(shown.kind), key_text(verdict, shown.key));
      if (!shown.blue_data.empty()) text += "            blue  " + shown.blue_data + "\n";
      if (!shown.green_data.empty()) text += "            green " + shown.green_data + "\n";
    }
    if (verdict.differences > verdict.shown.size())
      text += fmt::format("          and {} more\n", verdict.differences - verdict.shown.size());
  }
  return text;
}

json::object json_of(const TableVerdict& verdict, const ShownDifference& shown) {
  json::object key;
  if (verdict.table.key.empty()) key["digest"] = shown.key.front();
  for (std::size_t i = 0; i < verdict.table.key.size(); ++i)
    key[verdict.table.key[i].name] = shown.key[i];
  json::object object{{"kind", name_of(shown.kind)}, {"key", key}};
  if (!shown.blue_data.empty()) object["blue"] = json_of_row(shown.blue_data);
  if (!shown.green_data.empty()) object["green"] = json_of_row(shown.green_data);
  return object;
}

json::object json_of(const TableVerdict& verdict) {
  json::array differences;
  for (const auto& shown : verdict.shown) differences.push_back(json_of(verdict, shown));
  return {{"table", verdict.table.label},  {"rows", verdict.rows},
          {"chunks", verdict.chunks},      {"looked_again", verdict.looked_again},
          {"differ", verdict.differences}, {"unsettled", verdict.unsettled},
          {"differences", differences}};
}

json::object json_of(const VerifyReport& report) {
  json::array tables;
  for (const auto& verdict : report.tables) tables.push_back(json_of(verdict));
  return {{"name", report.database},
          {"resumed_from", report.resumed_from ? json::value(*report.resumed_from) : json::value()},
          {"held_back_seconds", std::chrono::duration<double>(report.held_back).count()},
          {"tables", tables}};
}

void judge_reports(CommandResult& result, const VerifyReports& all) {
  std::uint64_t differences = 0;
  std::size_t tables = 0;
  for (const auto& report : all.reports) {
    for (const auto& verdict : report.tables) {
      result.steps.push_back(step_of(report.database, verdict));
      differences += verdict.differences;
      if (!problem_of(verdict).empty()) ++tables;
    }
  }
  if (all.error) return end_as(result, RunOutcome::refused, *all.error);
  for (const auto& report : all.reports)
    if (report.error) return end_as(result, RunOutcome::refused, *report.error);
  if (tables > 0)
    end_as(result, RunOutcome::refused,
           {fmt::format("{} of {} tables do not pass, {} rows differ", tables, result.steps.size(),
                        differences),
            "do not cut over; `--show-data` shows the rows, `cutover subscribe` or `seed` "
            "tell how green was filled"});
}

}  // namespace

CommandResult verify_command(const CommandLine& line, const Config& config) {
  const Screen screen(line);
  CommandResult result;
  result.run_id = make_run_id();
  const auto options = options_of(line, config, result.run_id);
  if (!options) return usage_error(label_of(line.command), options.error());
  const auto all = run_task<VerifyReports>([&](asio::any_io_executor executor) {
    return verify_databases(executor, config.databases, *options);
  });
  json::array databases;
  for (const auto& name : all.left_out)
    screen.print(fmt::format("left out {}: none of the tables asked for is there\n", name));
  for (const auto& report : all.reports) {
    if (report.resumed_from)
      screen.print(fmt::format("gone on with the comparison of {} begun at {}\n", report.database,
                               *report.resumed_from));
    if (report.given_up)
      screen.print(fmt::format("begun {} anew: the comparison of {} was of another green\n",
                               report.database, *report.given_up));
    screen.print(text_of(report));
    databases.push_back(json_of(report));
  }
  result.data = {{"databases", databases}};
  judge_reports(result, all);
  // Some of the tables tick no item of the runbook.
  const bool whole = options->tables.empty();
  write_to_journal(config, label_of(line.command) + (whole ? "" : " --table"), result);
  return result;
}

}  // namespace cutover
