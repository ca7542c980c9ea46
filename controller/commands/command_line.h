// The command line as data: one table of commands, read by the parser, --help, docs and tests.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "controller/commands/command_options.h"
#include "controller/cutover/events.h"
#include "controller/cutover/recovery.h"

namespace cutover {

enum class CommandName {
  cutover,
  doctor,
  prepare,
  seed,
  subscribe,
  analyze,
  warm,
  verify,
  status,
  watch,
  sessions,
  rehearse,
  rollback,
  recover,
  finish,
  runbook,
  report,
  init,
  psql,
};

struct CommandInfo {
  CommandName name;
  std::string word;      ///< "" for the cutover itself
  std::string summary;   ///< one line of --help
  bool changes = false;  ///< a dry run unless --no-dry-run
};

const std::vector<CommandInfo>& command_table();
const CommandInfo& info_of(CommandName name);
/// "cutover" for the one without a word: as in --json and the journal.
std::string label_of(CommandName name);
/// The label of the command that is named in arguments which cannot be parsed.
std::string label_in(const std::vector<std::string>& arguments);

struct CommandLine {
  CommandName command = CommandName::cutover;
  std::string config_path;  ///< empty: the usual places
  bool json = false;
  bool yes = false;
  bool color = true;
  bool dry_run = true;
  int verbosity = 0;  ///< -1 quiet, 1 and more: debug
  RecoveryWish recovery_wish = RecoveryWish::none;
  bool metrics_only = false;          ///< watch: no screen
  double watch_interval_seconds = 1;  ///< watch
  GivenOptions options;               ///< of the command alone
  std::string psql_place;
  std::vector<std::string> psql_arguments;  ///< after --
  Listener* witness = nullptr;  ///< told of every event of a run besides our own listeners
};

/// --jobs of the commands that have it: each is a session on a server.
std::uint32_t jobs_wanted(const CommandLine& line);

/// What --help or --version print instead of running; exit 0.
struct TextOnly {
  std::string text;
};

/// An error is exit 2.
using ParsedLine = std::variant<CommandLine, TextOnly>;
Result<ParsedLine> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace cutover
