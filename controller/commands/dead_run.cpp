#include "controller/commands/dead_run.h"

#include <fmt/format.h>

namespace cutover {

CommandResult result_of_dead_run(const CommandLine& line, const std::string& how) {
  CommandResult result = refusal(label_of(line.command), Error{"the working process " + how});
  result.outcome = name_of(RunOutcome::in_doubt);
  result.exit_code = exit_code_of(RunOutcome::in_doubt);
  return result;
}

CommandResult result_after_recovery(const CommandLine& line, const std::string& how,
                                    Direction direction, CommandResult recovered) {
  if (recovered.exit_code != 0) return recovered;
  CommandResult result = result_of_dead_run(line, how);
  result.run_id = recovered.run_id;
  result.steps = std::move(recovered.steps);
  result.data = std::move(recovered.data);
  const std::string serves(result.data.as_object().at("serves").as_string());
  const bool moved = serves == configured_colour(direction, "green");
  result.data.as_object()["moved"] = moved;
  const auto outcome = moved ? RunOutcome::attention : RunOutcome::aborted;
  result.outcome = name_of(outcome);
  result.exit_code = exit_code_of(outcome);
  result.error = Error{
      fmt::format("the working process {}; recovery brought every bouncer to {}", how, serves)};
  return result;
}

}  // namespace cutover
