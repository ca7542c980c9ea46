// What the options of a command ask of its phase.
#pragma once

#include "common/base/result.h"
#include "controller/commands/command_options.h"
#include "controller/runbook/phase_wishes.h"

namespace cutover {

/// An error is exit 2.
Result<PhaseWishes> phase_wishes_of(const GivenOptions& options);

}  // namespace cutover
