// cutover-agent: the command line. What the commands do: commands.h.
#include <CLI/CLI.hpp>
#include <iostream>

#include "agent/commands.h"
#include "agent/log.h"
#include "common/base/version.h"

namespace {

using namespace cutover::agent;

struct Arguments {
  std::string config = default_config_path;
  std::string command = {};
};

/// Without a configuration `connect` takes the socket's usual place: the one who connects may not
/// be allowed to read agent.toml.
int connect(const cutover::Result<AgentConfig>& config, bool is_config_given) {
  if (config.has_value()) return run_connect(config.value().socket);
  if (!is_config_given) return run_connect(AgentConfig().socket);
  std::cerr << to_text(config.error()) << "\n";
  return 2;
}

int run(const Arguments& arguments, bool is_config_given) {
  const auto config = load_config(arguments.config);
  if (arguments.command == "doctor") return run_doctor(config, arguments.config);
  if (arguments.command == "connect") return connect(config, is_config_given);
  if (config.has_error()) {
    std::cerr << to_text(config.error()) << "\n";
    return 2;
  }
  return arguments.command == "serve" ? run_serve(config.value()) : run_resume(config.value());
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Drives the PgBouncer processes of this host for cutover.", "cutover-agent");
  app.set_version_flag("--version", std::string("cutover-agent ") + cutover::program_version);
  app.require_subcommand(1);
  app.fallthrough();
  const CLI::Option* const option =
      app.add_option("--config", arguments.config, "agent.toml")->capture_default_str();
  const auto add = [&](const char* name, const char* help) {
    app.add_subcommand(name, help)->callback([&arguments, name] { arguments.command = name; });
  };
  add("serve", "the daemon: listens on the agent's socket");
  add("connect", "bridges stdin and stdout to the agent's socket; what the controller runs by ssh");
  add("doctor", "checks the agent's own set-up, each point with a hint");
  add("resume", "ends what a dead agent left paused, as its lease and intent allow");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  cutover::set_up_log({cutover::log_format_from_environment(), cutover::LogLevel::info});
  return run(arguments, option->count() > 0);
}
