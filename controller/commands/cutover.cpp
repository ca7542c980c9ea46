// The cutover itself, its rehearsal and recovery: dry run first, then the question, then the run.
#include "controller/commands/commands.h"
#include "controller/commands/prompt.h"
#include "controller/commands/run_plan.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/commands/survey.h"
#include "controller/cutover/plan.h"
#include "controller/journal/state_directory.h"
#include "controller/live/half_way.h"

namespace cutover {
namespace {

CommandResult refused_before(CommandResult result, Error error) {
  end_as(result, RunOutcome::refused, std::move(error));
  return result;
}

struct Undertaking {
  Plan plan;
  std::string question;
  Direction direction = Direction::forward;
};

CommandResult survey_then_run(const CommandLine& line, const Config& config,
                              const Undertaking& wanted) {
  const auto& plan = wanted.plan;
  const auto left = run_task<std::optional<Error>>(
      [&](boost::asio::any_io_executor) { return why_already_left(config, wanted.direction); });
  if (left) return refusal(label_of(line.command), *left);
  const auto found = survey(config, wanted.direction);
  Screen(line).print(text_of(found, plan));
  CommandResult result;
  result.checks = found.checks;
  result.data = data_of(found, plan);
  if (has_failure(found.checks))
    return refused_before(std::move(result), {"checks failed, nothing was changed",
                                              "each failed check above says what to do"});
  const auto journal = expect_journal(config.state_dir);
  if (!journal) return refused_before(std::move(result), journal.error());
  if (line.dry_run) return result;
  const auto agreed = confirm(wanted.question, "yes", {.answer_yes = line.yes});
  if (!agreed) return usage_error(label_of(line.command), agreed.error());
  if (!*agreed) return refusal(label_of(line.command), Error{"not confirmed, nothing was changed"});
  auto ended = run_plan(line, config, plan, {found.checks, wanted.direction});
  ended.checks = found.checks;
  return ended;
}

}  // namespace

CommandResult cutover_command(const CommandLine& line, const Config& config) {
  return survey_then_run(
      line, config, {cutover_plan(limits_of(config)), "Move live traffic from blue to green now?"});
}

CommandResult rehearse_command(const CommandLine& line, const Config& config) {
  return survey_then_run(
      line, config,
      {rehearsal_plan(limits_of(config)), "Pause live traffic now, and resume it on blue?"});
}

CommandResult rollback_command(const CommandLine& line, const Config& config) {
  return survey_then_run(line, config,
                         {rollback_plan(limits_of(config)),
                          "Move live traffic from green back to blue now?", Direction::back});
}

CommandResult recover_command(const CommandLine& line, const Config& config) {
  if (line.dry_run) return foresee_recovery(line, config);
  const auto agreed = confirm("Take over from whatever run is active, and finish or undo it?",
                              "yes", {.answer_yes = line.yes});
  if (!agreed) return usage_error(label_of(line.command), agreed.error());
  if (!*agreed) return refusal(label_of(line.command), Error{"not confirmed, nothing was changed"});
  return recover_here(line, config);
}

}  // namespace cutover
