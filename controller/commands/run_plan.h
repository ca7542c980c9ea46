// Runs a plan for real: journal, listeners, interrupts, the working process and what follows when
// it dies.
#pragma once

#include "controller/commands/command_line.h"
#include "controller/config/config.h"
#include "controller/cutover/direction.h"
#include "controller/cutover/step.h"
#include "controller/report/command_result.h"

namespace cutover {

RunLimits limits_of(const Config& config);

/// What a run is told besides its plan.
struct RunMatter {
  std::vector<CheckReport> checks;  ///< what was found before, for the metrics
  Direction direction = Direction::forward;
};

/// In a working process; when that dies, this process recovers at once.
CommandResult run_plan(const CommandLine& line, const Config& config, const Plan& plan,
                       const RunMatter& matter);

/// Takes over from the last run, whichever way it went, and goes to all-blue or all-green.
CommandResult recover_here(const CommandLine& line, const Config& config);
/// Says which way recovery would go; changes nothing.
CommandResult foresee_recovery(const CommandLine& line, const Config& config);

}  // namespace cutover
