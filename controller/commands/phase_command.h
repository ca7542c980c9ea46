// How every phase of the runbook runs: checks, then what each step would do or, when told to act,
// the steps, journaled; database after database.
#pragma once

#include <string>
#include <vector>

#include "controller/commands/command_line.h"
#include "controller/config/config.h"
#include "controller/report/command_result.h"
#include "controller/runbook/phase.h"

namespace cutover {

struct Phase {
  std::vector<PhaseCheck> checks;
  std::vector<PhaseStep> steps;
  std::string question;        ///< asked before anything is changed
  std::string answer = "yes";  ///< what is to be typed
};

/// The phase may depend on what its options ask.
CommandResult run_phase(const CommandLine& line, const Config& config,
                        Phase (*phase_for)(const PhaseWishes&));

}  // namespace cutover
