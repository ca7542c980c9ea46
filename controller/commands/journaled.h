// What a command writes into the journal besides the events of a run; `runbook` and `report` read
// it there.
#pragma once

#include "controller/config/config.h"
#include "controller/journal/journal.h"
#include "controller/report/command_result.h"

namespace cutover {

/// What was found before a run, for `report`.
Result<void> write_checks(Journal& journal, const std::string& run_id,
                          const std::vector<CheckReport>& checks);

/// How the run of `result` ended. A journal that cannot be written is logged, and changes nothing.
void end_in_journal(Journal& journal, const CommandResult& result);

/// All that a command did that is no run of a plan, when it has ended. Gives the result a run id
/// where it has none. A journal that cannot be written is logged, and changes nothing.
void write_to_journal(const Config& config, const std::string& command, CommandResult& result);

}  // namespace cutover
