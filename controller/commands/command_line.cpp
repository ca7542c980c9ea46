#include "controller/commands/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "common/base/version_text.h"
#include "common/manual/describe_app.h"
#include "controller/commands/command_line_words.h"

namespace cutover {
namespace {

constexpr const char* program_summary =
    "moves live PostgreSQL traffic behind PgBouncer from one cluster to another";

void add_shared_options(CLI::App& app, CommandLine& line) {
  app.add_option(
      "--config", line.config_path,
      "the configuration file; default: $CUTOVER_CONFIG, $XDG_CONFIG_HOME/cutover/cutover.toml, "
      "/etc/cutover/cutover.toml");
  app.add_flag("--json", line.json, "print one JSON object on stdout at the end, logs on stderr");
  app.add_flag("--yes", line.yes, "answer every prompt with yes");
  app.add_flag_function(
      "--no-color", [&line](std::int64_t) { line.color = false; },
      "no colours (NO_COLOR does it too)");
  app.add_flag_function(
      "--no-dry-run", [&line](std::int64_t) { line.dry_run = false; }, "act");
  app.add_flag_function(
      "--dry-run", [](std::int64_t) {}, "only look, and say what would be done (the default)");
  app.add_flag_function(
      "-v", [&line](std::int64_t times) { line.verbosity = static_cast<int>(times); }, "say more");
  app.add_flag_function(
      "-q", [&line](std::int64_t) { line.verbosity = -1; }, "say less");
}

void add_recover_options(CLI::App& app, CommandLine& line) {
  auto* forward = app.add_flag_function(
      "--forward", [&line](std::int64_t) { line.recovery_wish = RecoveryWish::forward; },
      "to green, where both ways are safe");
  auto* back = app.add_flag_function(
      "--back", [&line](std::int64_t) { line.recovery_wish = RecoveryWish::back; },
      "to blue, where both ways are safe");
  forward->excludes(back);
}

void add_watch_options(CLI::App& app, CommandLine& line) {
  app.add_flag("--metrics-only", line.metrics_only,
               "no screen: export metrics between runs, as [metrics] says, until it is stopped");
  app.add_option("--interval", line.watch_interval_seconds, "seconds between two looks")
      ->check(CLI::Range(0.2, 3600.0));
}

void add_psql_operands(CLI::App& app, CommandLine& line) {
  app.add_option("PLACE", line.psql_place,
                 "blue, green, BOUNCER for its console, or BOUNCER/ENTRY for the way of a client")
      ->required();
  app.add_option("ARGUMENT", line.psql_arguments, "arguments of psql, after --");
}

std::string with_newline(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

/// The parser's help of a command leaves out what goes with every command.
std::string shared_options_text(const CLI::App& app) {
  std::string text = "\nOptions of every command:\n";
  for (const auto& option : describe_app(app).options) {
    std::string names;
    for (const auto& name : option.names) names += (names.empty() ? "" : ",") + name;
    if (names.ends_with("--help") || names.ends_with("--version")) continue;
    if (!option.value.empty()) names += " " + option.value;
    text += fmt::format("  {:<28}{}\n", names, option.help);
  }
  return text;
}

std::string help_text(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) return with_newline(app.help());
  return with_newline(chosen.front()->help(app.get_name())) + shared_options_text(app);
}

Result<void> contradiction(const CommandLine& line, const CLI::App& app) {
  if (!line.dry_run && app.count("--dry-run") > 0) {
    return Error{"--dry-run and --no-dry-run contradict each other", "give one of them"};
  }
  return {};
}

/// Everything the parser knows, and so --help, the manual page and the completions.
void define(CLI::App& app, CommandLine& line) {
  app.set_version_flag("--version", "cutover " + version_text());
  app.require_subcommand(0, 1);
  app.fallthrough();
  add_shared_options(app, line);
  for (const auto& info : command_table()) {
    if (info.word.empty()) continue;
    auto* command = app.add_subcommand(info.word, info.summary);
    command->fallthrough();
    command->callback([&line, name = info.name] { line.command = name; });
    if (info.name == CommandName::recover) add_recover_options(*command, line);
    if (info.name == CommandName::watch) add_watch_options(*command, line);
    if (info.name == CommandName::psql) add_psql_operands(*command, line);
    add_options_of(info.word, *command, line.options);
  }
}

}  // namespace

const std::vector<CommandInfo>& command_table() {
  static const std::vector<CommandInfo> table = {
      {CommandName::cutover, "", "the cutover: move live traffic from blue to green", true},
      {CommandName::doctor, "doctor",
       "look at the jumpbox itself: configuration, ssh, agents, servers", false},
      {CommandName::prepare, "prepare",
       "blue: settings, replica identities, schema cutover, DDL guard, publication, slot", true},
      {CommandName::seed, "seed",
       "green before its upgrade: where it was cloned; or fill it from a snapshot of blue", true},
      {CommandName::subscribe, "subscribe",
       "green: extensions, subscription, origin or first copy, wait until it follows", true},
      {CommandName::analyze, "analyze",
       "green: ANALYZE in stages what has no statistics or stale ones", true},
      {CommandName::warm, "warm", "green: load what is hot on blue into its buffers", true},
      {CommandName::verify, "verify",
       "compare every published table of both sides while both live; changes nothing", false},
      {CommandName::status, "status", "one look at servers, replication and bouncers", false},
      {CommandName::watch, "watch", "the same live, on the whole screen; or its metrics alone",
       false},
      {CommandName::sessions, "sessions",
       "who is connected, longest transactions; may end idle sessions", true},
      {CommandName::rehearse, "rehearse",
       "the pause without the switch: measures it and moves nothing", true},
      {CommandName::rollback, "rollback", "back to blue by the way back, losing nothing", true},
      {CommandName::recover, "recover", "finish or undo an interrupted run", true},
      {CommandName::finish, "finish", "take away on both sides all that the migration made", true},
      {CommandName::runbook, "runbook",
       "the checklist of the whole operation; tick items, set values", false},
      {CommandName::report, "report", "what a run did: steps, times, pause, checks, plot", false},
      {CommandName::init, "init", "write a commented cutover.toml, asking for what it cannot find",
       true},
      {CommandName::psql, "psql", "open psql on blue, on green, or through a bouncer", false},
  };
  return table;
}

const CommandInfo& info_of(CommandName name) {
  const auto& table = command_table();
  return *std::find_if(table.begin(), table.end(),
                       [&](const auto& info) { return info.name == name; });
}

std::string label_of(CommandName name) {
  const auto& word = info_of(name).word;
  return word.empty() ? "cutover" : word;
}

std::string label_in(const std::vector<std::string>& arguments) {
  for (const auto& argument : arguments)
    for (const auto& info : command_table())
      if (!info.word.empty() && argument == info.word) return info.word;
  return label_of(CommandName::cutover);
}

std::uint32_t jobs_wanted(const CommandLine& line) {
  constexpr std::uint64_t most = 64;
  return static_cast<std::uint32_t>(std::min(line.options.number("--jobs", 2), most));
}

CommandWords command_line_words() {
  CommandLine line;
  CLI::App app(program_summary, "cutover");
  define(app, line);
  return describe_app(app);
}

Result<ParsedLine> parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  CLI::App app(program_summary, "cutover");
  define(app, line);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return ParsedLine(TextOnly{help_text(app)});
  } catch (const CLI::CallForVersion& version) {
    return ParsedLine(TextOnly{with_newline(version.what())});
  } catch (const CLI::ParseError& error) {
    return Error{error.what(), "`cutover --help` lists commands and options"};
  }
  const auto contradicts = contradiction(line, app);
  if (!contradicts) return contradicts.error();
  return ParsedLine(line);
}

}  // namespace cutover
