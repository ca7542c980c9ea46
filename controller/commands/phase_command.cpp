#include "controller/commands/phase_command.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "common/base/run_id.h"
#include "controller/commands/journaled.h"
#include "controller/commands/phase_record.h"
#include "controller/commands/phase_wishes_of.h"
#include "controller/commands/prompt.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/journal/state_directory.h"
#include "controller/live/half_way.h"
#include "controller/report/explain.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

struct PhaseSurvey {
  std::vector<CheckReport> checks;
  std::vector<std::pair<std::string, StepSight>> steps;  ///< with the database's name
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

/// Why this phase may not be looked at any further.
Task<std::optional<Error>> why_not_now(asio::any_io_executor executor, PhaseCondition condition,
                                       const Config& config, std::string run_id) {
  if (condition == PhaseCondition::source_not_left) {
    auto left = co_await why_already_left(config, Direction::forward);
    co_return left;
  }
  const auto outcome = co_await no_run_is_half_way(executor, config, std::move(run_id));
  if (outcome.is_done()) co_return std::nullopt;
  co_return Error{"a run may stand half way: " + outcome.detail, outcome.hint};
}

Task<PhaseSurvey> look(const Phase& phase, const Config& config, PhaseOptions options) {
  PhaseSurvey survey;
  for (const auto& database : config.databases) {
    const PhaseSight sight(database, options);
    const auto looked = co_await run_phase_checks(phase.checks, sight);
    for (const auto& one : looked) survey.checks.push_back(check_report(database.name, one));
    const auto steps = co_await look_at_phase_steps(phase.steps, sight);
    for (const auto& one : steps) survey.steps.emplace_back(database.name, one);
  }
  co_return survey;
}

struct Acts {
  std::vector<StepReport> steps;
  bool changed = false;  ///< before the last of them
};

Task<Acts> act(const Phase& phase, const Config& config, PhaseOptions options) {
  Acts acts;
  for (const auto& database : config.databases) {
    PhaseServers servers(database, options);
    const auto acted = co_await run_phase_steps(phase.steps, servers);
    for (const auto& one : acted) {
      acts.steps.push_back(step_report(database.name, one));
      if (!one.outcome.is_done()) co_return acts;
      acts.changed = acts.changed || !one.held;
    }
  }
  co_return acts;
}

std::string standing_text(const StepSight& step) {
  if (!step.standing) return "cannot be told: " + step.standing.error().what;
  const auto& detail = step.standing->detail;
  if (step.standing->holds) return detail.empty() ? "already holds" : "already holds: " + detail;
  return detail.empty() ? step.purpose : step.purpose + ": " + detail;
}

std::string explain(const PhaseSurvey& survey) {
  std::string text = "steps\n";
  for (const auto& [database, step] : survey.steps)
    text += fmt::format("  {:<32} {}\n", database + " " + step.name, standing_text(step));
  return text;
}

json::value data_of(const PhaseSurvey& survey) {
  json::array steps;
  for (const auto& [database, step] : survey.steps) {
    json::object one{
        {"database", database}, {"name", step.name}, {"purpose", step.purpose}, {"holds", nullptr}};
    if (step.standing) one["holds"] = step.standing->holds;
    one["detail"] = step.standing ? step.standing->detail : step.standing.error().what;
    steps.push_back(std::move(one));
  }
  return {{"steps", steps}};
}

/// A phase changes what the next call finds done already: a failure half way leaves nothing to
/// undo, only the rest to do.
void take_outcome_of(CommandResult& result, const Acts& acts) {
  result.steps = acts.steps;
  if (acts.steps.empty() || acts.steps.back().outcome.is_done()) return;
  const auto& failed = acts.steps.back();
  const bool untouched = failed.outcome.is_refused() && !acts.changed;
  auto hint = failed.outcome.hint.empty() ? "run the command again" : failed.outcome.hint;
  if (!untouched) hint += "; what was done before it holds";
  end_as(result, untouched ? RunOutcome::refused : RunOutcome::aborted,
         {failed.name + ": " + failed.outcome.detail, hint});
}

PhaseOptions options_for(const Config& config, const PhaseWishes& wishes) {
  PhaseOptions options;
  options.run_id = make_run_id();
  options.lag_to_start_bytes = config.limits.lag_to_start_bytes;
  options.directory = config.state_dir;
  options.wishes = wishes;
  return options;
}

/// Acts and journals; `result` has the checks.
CommandResult act_journaled(const CommandLine& line, const Config& config, const Phase& phase,
                            PhaseOptions options, CommandResult result) {
  const auto label = label_of(line.command);
  auto opened = Journal::open(config.state_dir);
  if (!opened) return refusal(label, opened.error());
  const auto journal = std::make_shared<Journal>(std::move(*opened));
  const auto begun = journal->begin_run(options.run_id, label);
  if (!begun) return refusal(label, begun.error());
  const auto noted = write_checks(*journal, options.run_id, result.checks);
  if (!noted) return refusal(label, noted.error());
  options.observe = recorder(journal, options.run_id, Screen(line));
  result.run_id = options.run_id;
  const auto acts =
      run_task<Acts>([&](asio::any_io_executor) { return act(phase, config, options); });
  take_outcome_of(result, acts);
  end_in_journal(*journal, result);
  return result;
}

}  // namespace

CommandResult run_phase(const CommandLine& line, const Config& config,
                        Phase (*phase_for)(const PhaseWishes&)) {
  const auto wishes = phase_wishes_of(line.options);
  if (!wishes) return usage_error(label_of(line.command), wishes.error());
  const auto phase = phase_for(*wishes);
  const Screen screen(line);
  const auto options = options_for(config, *wishes);
  const auto obstacle = run_task<std::optional<Error>>([&](asio::any_io_executor executor) {
    return why_not_now(executor, phase.condition, config, options.run_id);
  });
  if (obstacle) return refusal(label_of(line.command), *obstacle);
  CommandResult result;
  const auto survey =
      run_task<PhaseSurvey>([&](asio::any_io_executor) { return look(phase, config, options); });
  result.checks = survey.checks;
  result.data = data_of(survey);
  screen.print(explain_checks(result.checks) + "\n" + explain(survey));
  if (has_failure(result.checks)) {
    end_as(result, RunOutcome::refused,
           {"checks failed, nothing was changed", "each failed check above says what to do"});
    return result;
  }
  const auto journal = expect_journal(config.state_dir);
  if (!journal) end_as(result, RunOutcome::refused, journal.error());
  if (line.dry_run || !journal) return result;
  const auto agreed = confirm(phase.question, phase.answer, {.answer_yes = line.yes});
  if (!agreed) return usage_error(label_of(line.command), agreed.error());
  if (!*agreed) return refusal(label_of(line.command), Error{"not confirmed, nothing was changed"});
  return act_journaled(line, config, phase, options, std::move(result));
}

}  // namespace cutover
