#include "controller/commands/journaled.h"

#include <spdlog/spdlog.h>

#include "common/base/run_id.h"

namespace cutover {
namespace {

Result<void> write(const Config& config, const std::string& command, const CommandResult& result) {
  auto journal = Journal::open(config.state_dir);
  if (!journal) return journal.error();
  const auto begun = journal->begin_run(result.run_id, command);
  if (!begun) return begun.error();
  const auto noted = write_checks(*journal, result.run_id, result.checks);
  if (!noted) return noted.error();
  for (const auto& step : result.steps) {
    const auto seconds = std::chrono::duration<double>(step.took).count();
    const auto written = journal->append(
        result.run_id,
        {{}, "step ended", step.name, name_of(step.outcome.kind), step.outcome.detail, seconds});
    if (!written) return written.error();
  }
  return journal->end_run(result.run_id, result.outcome, result.attempts, std::nullopt);
}

}  // namespace

Result<void> write_checks(Journal& journal, const std::string& run_id,
                          const std::vector<CheckReport>& checks) {
  for (const auto& check : checks) {
    const auto& finding = check.finding;
    const auto written = journal.append(
        run_id, {{}, "check", check.name, name_of(finding.outcome), finding.detail, std::nullopt});
    if (!written) return written.error();
  }
  return {};
}

void end_in_journal(Journal& journal, const CommandResult& result) {
  const auto ended =
      journal.end_run(result.run_id, result.outcome, result.attempts, result.pause_seconds);
  if (!ended) spdlog::warn("the journal could not be closed: {}", to_text(ended.error()));
}

void write_to_journal(const Config& config, const std::string& command, CommandResult& result) {
  if (result.run_id.empty()) result.run_id = make_run_id();
  const auto written = write(config, command, result);
  if (!written) spdlog::warn("the journal could not be written: {}", to_text(written.error()));
}

}  // namespace cutover
