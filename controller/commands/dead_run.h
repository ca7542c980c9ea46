// What is told of a run whose process died.
#pragma once

#include <string>

#include "controller/commands/command_line.h"
#include "controller/cutover/direction.h"
#include "controller/report/command_result.h"

namespace cutover {

/// Nobody knows yet how far it came. `how` is WorkEnd's: "was killed by signal 9 (Killed)".
CommandResult result_of_dead_run(const CommandLine& line, const std::string& how);

/// After the recovery that followed: the run's own end where clients are on the side it went for or
/// stayed, the recovery's where that did not end well. `direction` is the dead run's: the recovery
/// may have followed an older one, when it died before its claim.
CommandResult result_after_recovery(const CommandLine& line, const std::string& how,
                                    Direction direction, CommandResult recovered);

}  // namespace cutover
