#include "agent/command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "common/base/version_text.h"
#include "common/manual/describe_app.h"

namespace cutover::agent {
namespace {

constexpr const char* program_summary = "drives the PgBouncer processes of this host for cutover";

const CLI::Option* define(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", "cutover-agent " + version_text());
  app.require_subcommand(0,
                         1);  // none at all is seen to below: the parser would not name a wrong one
  app.fallthrough();
  const auto add = [&](const char* name, const char* help) {
    app.add_subcommand(name, help)->callback([&arguments, name] { arguments.command = name; });
  };
  add("serve", "the daemon: listens on the agent's socket");
  add("connect", "bridges stdin and stdout to the agent's socket; what the controller runs by ssh");
  add("doctor", "checks the agent's own set-up, each point with a hint");
  add("resume", "ends what a dead agent left paused, as its lease and intent allow");
  return app.add_option("--config", arguments.config, "agent.toml")->capture_default_str();
}

}  // namespace

std::optional<Arguments> parse_command_line(int argc, char** argv, int& exit_code) {
  Arguments arguments;
  CLI::App app(program_summary, "cutover-agent");
  const auto* const config = define(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  if (arguments.command.empty()) {
    std::cerr << "cutover-agent: a command is missing\nhint: `cutover-agent --help` lists them\n";
    exit_code = 2;
    return std::nullopt;
  }
  arguments.is_config_given = config->count() > 0;
  return arguments;
}

CommandWords command_line_words() {
  Arguments arguments;
  CLI::App app(program_summary, "cutover-agent");
  define(app, arguments);
  return describe_app(app);
}

}  // namespace cutover::agent
