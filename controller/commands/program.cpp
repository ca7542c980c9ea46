#include "controller/commands/program.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
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

/// What cannot be printed is lost: the disk may be full, the terminal gone, and how a command ended
/// is told by its exit code.
void print(std::FILE* out, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out);
}

int print_end(const CommandResult& result, bool json) {
  if (json) print(stdout, to_json_line(result) + "\n");
  if (result.error) print(stderr, fmt::format("cutover: {}\n", to_text(*result.error)));
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

/// As run_line, whatever is thrown on the way.
CommandResult run_contained(const CommandLine& line) {
  try {
    return run_line(line);
  } catch (const std::exception& failure) {
    auto result = refusal(label_of(line.command),
                          Error{failure.what(), "`cutover status` shows where things stand"});
    result.outcome = "in_doubt";
    result.exit_code = 4;
    return result;
  }
}

/// Who reads what we print may go away (`| less`, `| tee` and Ctrl-C): what has begun goes to its
/// end.
void outlive_readers(const CommandLine& line) {
  if (info_of(line.command).changes && !line.dry_run) signal(SIGPIPE, SIG_IGN);
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, Listener* witness) {
  const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  auto parsed = parse_command_line(arguments);
  if (!parsed) return print_end(usage_error(label_in(arguments), parsed.error()), json);
  if (const auto* text = std::get_if<TextOnly>(&*parsed)) {
    print(stdout, text->text);
    return 0;
  }
  auto& line = std::get<CommandLine>(*parsed);
  line.witness = witness;
  set_up_log(log_options(line.verbosity));
  outlive_readers(line);
  return print_end(run_contained(line), json);
}

}  // namespace cutover
