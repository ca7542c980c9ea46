// `cutover analyze`, plainest form: ANALYZE every table of green that was never analysed, one after
// the other.
#include <fmt/format.h>

#include "common/base/run_id.h"
#include "controller/commands/commands.h"
#include "controller/commands/prompt.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/report/progress.h"
#include "controller/servers/server_session.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

using postgres::quote_identifier;

// pg_stat_user_tables forgets at a crash; then a table is analysed once more, which does no harm.
constexpr const char* unanalyzed_sql = R"(
SELECT schemaname, relname FROM pg_stat_user_tables
WHERE last_analyze IS NULL AND last_autoanalyze IS NULL AND schemaname <> 'cutover'
ORDER BY n_live_tup, schemaname, relname)";

struct Analysis {
  std::vector<std::string> tables;
  std::vector<StepReport> steps;
  std::optional<Error> error;
};

SessionOptions green_session(const DatabaseConfig& database) {
  return {.conninfo = database.green,
          .place = "green " + database.name,
          .application_name = "cutover analyze"};
}

Task<std::vector<std::string>> list_tables(ServerSession& green, std::optional<Error>& error) {
  std::vector<std::string> tables;
  const auto rows = co_await green.query(unanalyzed_sql);
  if (!rows) {
    error = Error(rows.error());
    co_return tables;
  }
  for (std::size_t i = 0; i < rows->size(); ++i) {
    tables.push_back(quote_identifier(rows->text(i, "schemaname")) + "." +
                     quote_identifier(rows->text(i, "relname")));
  }
  co_return tables;
}

Task<StepReport> analyze_table(ServerSession& green, std::string table) {
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = co_await green.query("ANALYZE " + table);
  StepReport report;
  report.name = table;
  report.outcome = answer ? done() : refused(Error(answer.error()));
  report.took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun);
  co_return report;
}

Task<Analysis> analyze(const Config& config, bool dry_run) {
  Analysis analysis;
  for (const auto& database : config.databases) {
    ServerSession green(green_session(database));
    const auto tables = co_await list_tables(green, analysis.error);
    if (analysis.error) co_return analysis;
    analysis.tables.insert(analysis.tables.end(), tables.begin(), tables.end());
    if (dry_run) continue;
    for (const auto& table : tables) {
      auto report = co_await analyze_table(green, table);
      analysis.steps.push_back(std::move(report));
    }
  }
  co_return analysis;
}

}  // namespace

CommandResult analyze_command(const CommandLine& line, const Config& config) {
  const Screen screen(line);
  const auto analysis =
      run_task<Analysis>([&](asio::any_io_executor) { return analyze(config, line.dry_run); });
  if (analysis.error) return refusal(label_of(line.command), *analysis.error);
  CommandResult result;
  result.steps = analysis.steps;
  screen.print(fmt::format("{} tables of green {} statistics\n", analysis.tables.size(),
                           line.dry_run ? "have no" : "had no"));
  for (const auto& step : analysis.steps) {
    if (step.outcome.is_done()) continue;
    result.outcome = name_of(RunOutcome::refused);
    result.exit_code = exit_code_of(RunOutcome::refused);
    result.error = Error{step.name + ": " + step.outcome.detail,
                         "analyze it by hand, or run the command again"};
  }
  return result;
}

}  // namespace cutover
