// Runs phases on a ServerPair and says what came of each step.
#pragma once

#include "tests/integration/servers/server_pair.h"

namespace cutover {

struct PhaseLists {
  std::vector<PhaseCheck> checks;
  std::vector<PhaseStep> steps;
};

PhaseOptions quick_options();

/// "" or what the first failed check or step said.
std::string run_phase_on(ServerPair& pair, const PhaseLists& phase, PhaseOptions options);
std::string run_phase_on(ServerPair& pair, const PhaseLists& phase);

/// Names of the steps that were taken, of those that a second run would take.
std::vector<std::string> steps_taken(ServerPair& pair, const PhaseLists& phase,
                                     PhaseOptions options);

/// What one check says.
Outcome check_outcome(ServerPair& pair, const PhaseLists& phase, const std::string& name,
                      PhaseOptions options);

PhaseLists prepare_phase();
PhaseLists seed_phase();
PhaseLists copy_phase();
PhaseLists subscribe_phase();
PhaseLists finish_phase();

/// Waits until green has every row of a table that blue has.
bool same_rows(ServerPair& pair, const std::string& table);

}  // namespace cutover
