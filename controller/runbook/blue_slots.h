// Blue's slots of the configuration: whether they are there, ours, and still good.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

/// Those that do not exist; an error where one is someone else's, or has lost its WAL.
Task<Result<std::vector<std::string>>> missing_slots(ServerSession& blue, DatabaseConfig database);

}  // namespace cutover
