// What a command says at its end, whatever the end: the one object of --json, and the exit code.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/checks/check.h"
#include "controller/cutover/execute.h"

namespace cutover {

struct CommandResult {
  std::string run_id;   ///< empty: the command is no run
  std::string command;  ///< "cutover" for the one without a name
  bool dry_run = true;
  std::string outcome = "done";  ///< done refused usage aborted in_doubt attention
  int exit_code = 0;
  std::optional<double> pause_seconds;
  std::uint32_t attempts = 0;
  std::vector<CheckReport> checks;
  std::vector<StepReport> steps;
  std::optional<Error> error;
  boost::json::value data;  ///< what the command is about (status, diffs …); null when nothing
};

/// Usage or configuration: exit 2, nothing was contacted.
CommandResult usage_error(std::string command, Error error);
/// Refused: exit 1, nothing changed.
CommandResult refusal(std::string command, Error error);

/// Another end than done.
void end_as(CommandResult& result, RunOutcome outcome, Error error);
/// For commands whose steps stand by themselves (a table, a session): the first that is not done
/// decides. Refused when nothing was done; aborted when something was, which holds.
void end_by_steps(CommandResult& result, const std::string& hint);

/// Takes outcome, exit code, attempts, pause, steps and cause from a run.
void take_outcome_of(CommandResult& result, const RunReport& report);

/// One line, no newline inside: exactly the keys of docs/commands.md.
std::string to_json_line(const CommandResult& result);
/// The same keys read back; used between the process that runs a plan and the one that waits for
/// it.
Result<CommandResult> from_json_line(const std::string& line);

}  // namespace cutover
