#include "controller/commands/commands.h"

namespace cutover {

CommandResult run_command(const CommandLine& line, const Config& config) {
  switch (line.command) {
    case CommandName::cutover:
      return cutover_command(line, config);
    case CommandName::doctor:
      return doctor_command(line, config);
    case CommandName::prepare:
      return prepare_command(line, config);
    case CommandName::seed:
      return seed_command(line, config);
    case CommandName::subscribe:
      return subscribe_command(line, config);
    case CommandName::analyze:
      return analyze_command(line, config);
    case CommandName::warm:
      return warm_command(line, config);
    case CommandName::sessions:
      return sessions_command(line, config);
    case CommandName::verify:
      return verify_command(line, config);
    case CommandName::status:
      return status_command(line, config);
    case CommandName::watch:
      return watch_command(line, config);
    case CommandName::rehearse:
      return rehearse_command(line, config);
    case CommandName::rollback:
      return rollback_command(line, config);
    case CommandName::recover:
      return recover_command(line, config);
    case CommandName::runbook:
      return runbook_command(line, config);
    case CommandName::report:
      return report_command(line, config);
    case CommandName::init:
      return init_command(line);
    case CommandName::psql:
      return psql_command(line, config);
    case CommandName::finish:
      return finish_command(line, config);
  }
  return refusal("cutover", Error{"unknown command"});
}

}  // namespace cutover
