// cutover-agent: the command line's commands, chosen. What they do: commands.h.
#include <iostream>

#include "agent/command_line.h"
#include "agent/commands.h"
#include "agent/log.h"
#include "build_commit.h"
#include "common/base/version_text.h"

namespace {

using namespace cutover::agent;

/// Without a configuration `connect` takes the socket's usual place: the one who connects may not
/// be allowed to read agent.toml.
int connect(const cutover::Result<AgentConfig>& config, bool is_config_given) {
  if (config.has_value()) return run_connect(config.value().socket);
  if (!is_config_given) return run_connect(AgentConfig().socket);
  std::cerr << to_text(config.error()) << "\n";
  return 2;
}

int run(const Arguments& arguments) {
  const auto config = load_config(arguments.config);
  if (arguments.command == "doctor") return run_doctor(config, arguments.config);
  if (arguments.command == "connect") return connect(config, arguments.is_config_given);
  if (config.has_error()) {
    std::cerr << to_text(config.error()) << "\n";
    return 2;
  }
  return arguments.command == "serve" ? run_serve(config.value()) : run_resume(config.value());
}

}  // namespace

int main(int argc, char** argv) {
  cutover::name_commit(CUTOVER_COMMIT);
  int exit_code = 0;
  const auto arguments = parse_command_line(argc, argv, exit_code);
  if (!arguments) return exit_code;
  cutover::set_up_log({cutover::log_format_from_environment(), cutover::LogLevel::info});
  return run(*arguments);
}
