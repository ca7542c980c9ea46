// The textfile of [metrics], written at the end of a command.
#pragma once

#include "controller/config/config.h"
#include "controller/metrics/controller_metrics.h"
#include "controller/report/command_result.h"

namespace cutover {

/// Nothing where no textfile is configured. Takes one more look at the fleet; a failure is logged
/// and changes nothing: the command has done what it did.
void publish_metrics(const Config& config, const CommandResult& result);

/// What earlier runs did; nothing where there is no journal yet.
void take_journal(ControllerMetrics& metrics, const Config& config);

}  // namespace cutover
