#include "controller/commands/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "common/log/log.h"
#include "controller/commands/command_line.h"
#include "controller/commands/commands.h"
#include "controller/commands/published_metrics.h"
#include "controller/commands/waived_checks.h"
#include "controller/config/config.h"
#include "controller/report/command_result.h"

namespace cutover {
namespace {

LogOptions log_options(int verbosity) {
  if (verbosity < 0) return {log_format_from_environment(), LogLevel::error};
  return {log_format_from_environment(), verbosity > 0 ? LogLevel::debug : LogLevel::info};
}

bool wants_color(const CommandLine& line) {
  const char* no_color = std::getenv("NO_COLOR");
  return line.color && (no_color == nullptr || *no_color == '\0') && isatty(STDOUT_FILENO) != 0;
}

int print_end(const CommandResult& result, bool json) {
  if (json) fmt::print("{}\n", to_json_line(result));
  if (result.error) fmt::print(stderr, "cutover: {}\n", to_text(*result.error));
  return result.exit_code;
}

CommandResult run_line(CommandLine line) {
  const auto label = label_of(line.command);
  if (line.command == CommandName::init) {
    auto result = init_command(line);
    result.command = label;
    result.dry_run = line.dry_run;
    return result;
  }
  const auto path = find_config(line.config_path);
  if (!path) return usage_error(label, path.error());
  auto config = load_config(*path);
  if (!config) return usage_error(label, config.error());
  const auto waivable = expect_waivable(config->checks.waive);
  if (!waivable) return usage_error(label, within_context(*path, waivable.error()));
  line.color = wants_color(line);
  auto result = run_command(line, *config);
  result.command = label;
  result.dry_run = info_of(line.command).changes && line.dry_run;
  if (info_of(line.command).changes) publish_metrics(*config, result);
  return result;
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, Listener* witness) {
  const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  auto parsed = parse_command_line(arguments);
  if (!parsed) return print_end(usage_error(label_in(arguments), parsed.error()), json);
  if (const auto* text = std::get_if<TextOnly>(&*parsed)) {
    fmt::print("{}", text->text);
    return 0;
  }
  auto& line = std::get<CommandLine>(*parsed);
  line.witness = witness;
  set_up_log(log_options(line.verbosity));
  try {
    return print_end(run_line(line), json);
  } catch (const std::exception& failure) {
    auto result = refusal(label_of(line.command),
                          Error{failure.what(), "`cutover status` shows where things stand"});
    result.outcome = "in_doubt";
    result.exit_code = 4;
    return print_end(result, json);
  }
}

}  // namespace cutover
