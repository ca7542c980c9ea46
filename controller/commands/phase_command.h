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

/// What a phase asks of the whole installation, before it asks each database.
enum class PhaseCondition {
  source_not_left,   ///< it prepares a cutover: clients are on blue
  nothing_half_way,  ///< it takes away what recovery needs
};

struct Phase {
  std::vector<PhaseCheck> checks;
  std::vector<PhaseStep> steps;
  std::string question;        ///< asked before anything is changed
  std::string answer = "yes";  ///< what is to be typed
  PhaseCondition condition = PhaseCondition::source_not_left;
};

/// The phase may depend on what its options ask.
CommandResult run_phase(const CommandLine& line, const Config& config,
                        Phase (*phase_for)(const PhaseWishes&));

}  // namespace cutover
