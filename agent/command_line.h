// The agent's command line: one definition for the parser, --help, the manual page and the
// completions.
#pragma once

#include <optional>
#include <string>

#include "agent/config.h"
#include "common/manual/program_words.h"

namespace cutover::agent {

struct Arguments {
  std::string command = {};
  std::string config = default_config_path;
  bool is_config_given = false;
};

/// Nothing when the program is to end with `exit_code`: help or an error was printed.
std::optional<Arguments> parse_command_line(int argc, char** argv, int& exit_code);
CommandWords command_line_words();

}  // namespace cutover::agent
