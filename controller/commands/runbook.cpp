// The phases around the cutover: prepare, subscribe. Checks first, then, when told to act, the
// steps; database after database.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "common/base/run_id.h"
#include "controller/commands/commands.h"
#include "controller/commands/prompt.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/report/explain.h"
#include "controller/report/progress.h"
#include "controller/runbook/prepare.h"
#include "controller/runbook/subscribe.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

struct Phase {
  std::vector<PhaseCheck> checks;
  std::vector<PhaseStep> steps;
  std::string question;
};

CheckReport check_report(const std::string& database, const PhaseReport& report) {
  const auto outcome = report.outcome.is_done() ? CheckOutcome::pass : CheckOutcome::fail;
  return {database + " " + report.name, {outcome, report.outcome.detail, report.outcome.hint}};
}

StepReport step_report(const std::string& database, const PhaseReport& report) {
  StepReport step;
  step.name = database + " " + report.name;
  step.outcome = report.outcome;
  step.took = report.took;
  return step;
}

Task<std::vector<CheckReport>> look(const Phase& phase, const Config& config,
                                    PhaseOptions options) {
  std::vector<CheckReport> reports;
  for (const auto& database : config.databases) {
    const PhaseSight sight(database, options);
    const auto looked = co_await run_phase_checks(phase.checks, sight);
    for (const auto& one : looked) reports.push_back(check_report(database.name, one));
  }
  co_return reports;
}

Task<std::vector<StepReport>> act(const Phase& phase, const Config& config, PhaseOptions options) {
  std::vector<StepReport> reports;
  for (const auto& database : config.databases) {
    PhaseServers servers(database, options);
    const auto acted = co_await run_phase_steps(phase.steps, servers);
    for (const auto& one : acted) reports.push_back(step_report(database.name, one));
    if (!acted.empty() && !acted.back().outcome.is_done()) break;
  }
  co_return reports;
}

std::string explain_phase(const Phase& phase) {
  std::string text = "steps\n";
  for (const auto& step : phase.steps)
    text += fmt::format("  {:<24} {}\n", step.name, step.purpose);
  return text;
}

std::string text_of(const std::vector<StepReport>& steps) {
  std::string text;
  for (const auto& step : steps) {
    text += fmt::format("{:>8}  {:<32} {:>10}  {}\n", name_of(step.outcome.kind), step.name,
                        duration_text(step.took), step.outcome.detail);
  }
  return text;
}

/// A phase changes what the next call finds done already: a failure half way leaves nothing to
/// undo, only the rest to do.
void end_at_first_failure(CommandResult& result) {
  for (const auto& step : result.steps) {
    if (step.outcome.is_done()) continue;
    const bool in_doubt = step.outcome.is_in_doubt();
    const auto outcome = in_doubt ? RunOutcome::in_doubt : RunOutcome::refused;
    result.outcome = name_of(outcome);
    result.exit_code = exit_code_of(outcome);
    result.error =
        Error{step.name + ": " + step.outcome.detail,
              step.outcome.hint.empty() ? "what was done before it holds; run the command again"
                                        : step.outcome.hint};
    return;
  }
}

PhaseOptions options_for(const Config& config, const Screen& screen) {
  PhaseOptions options;
  options.run_id = make_run_id();
  options.lag_to_start_bytes = config.limits.lag_to_start_bytes;
  options.progress = [screen](const CopyProgress& progress) {
    screen.print(fmt::format("          {}: {} of {} tables follow, {} bytes behind\n",
                             progress.database, progress.ready, progress.tables,
                             progress.lag_bytes));
  };
  return options;
}

CommandResult run_phase(const CommandLine& line, const Config& config, const Phase& phase) {
  const Screen screen(line);
  const auto options = options_for(config, screen);
  CommandResult result;
  result.checks = run_task<std::vector<CheckReport>>(
      [&](asio::any_io_executor) { return look(phase, config, options); });
  screen.print(explain_checks(result.checks) + "\n" + explain_phase(phase));
  if (has_failure(result.checks)) {
    result.outcome = name_of(RunOutcome::refused);
    result.exit_code = exit_code_of(RunOutcome::refused);
    result.error =
        Error{"checks failed, nothing was changed", "each failed check above says what to do"};
    return result;
  }
  if (line.dry_run) return result;
  const auto agreed = confirm(phase.question, "yes", {.answer_yes = line.yes});
  if (!agreed) return usage_error(label_of(line.command), agreed.error());
  if (!*agreed) return refusal(label_of(line.command), Error{"not confirmed, nothing was changed"});
  result.steps = run_task<std::vector<StepReport>>(
      [&](asio::any_io_executor) { return act(phase, config, options); });
  screen.print(text_of(result.steps));
  end_at_first_failure(result);
  return result;
}

}  // namespace

CommandResult prepare_command(const CommandLine& line, const Config& config) {
  return run_phase(line, config,
                   {prepare_checks(), prepare_steps(), "Prepare blue for replication now?"});
}

CommandResult subscribe_command(const CommandLine& line, const Config& config) {
  return run_phase(line, config,
                   {subscribe_checks(), subscribe_steps(), "Let green copy and follow blue now?"});
}

}  // namespace cutover
