// One function a command. Each prints for people on stdout (unless --json) and returns how it
// ended.
#pragma once

#include "controller/commands/command_line.h"
#include "controller/config/config.h"
#include "controller/report/command_result.h"

namespace cutover {

CommandResult run_command(const CommandLine& line, const Config& config);

CommandResult cutover_command(const CommandLine& line, const Config& config);
CommandResult rehearse_command(const CommandLine& line, const Config& config);
CommandResult rollback_command(const CommandLine& line, const Config& config);
CommandResult recover_command(const CommandLine& line, const Config& config);
CommandResult prepare_command(const CommandLine& line, const Config& config);
CommandResult seed_command(const CommandLine& line, const Config& config);
CommandResult subscribe_command(const CommandLine& line, const Config& config);
CommandResult analyze_command(const CommandLine& line, const Config& config);
CommandResult warm_command(const CommandLine& line, const Config& config);
CommandResult sessions_command(const CommandLine& line, const Config& config);
CommandResult runbook_command(const CommandLine& line, const Config& config);
CommandResult report_command(const CommandLine& line, const Config& config);
/// Needs no configuration: it writes one.
CommandResult init_command(const CommandLine& line);
CommandResult verify_command(const CommandLine& line, const Config& config);
CommandResult finish_command(const CommandLine& line, const Config& config);
CommandResult status_command(const CommandLine& line, const Config& config);
CommandResult watch_command(const CommandLine& line, const Config& config);
CommandResult psql_command(const CommandLine& line, const Config& config);
CommandResult doctor_command(const CommandLine& line, const Config& config);

}  // namespace cutover
