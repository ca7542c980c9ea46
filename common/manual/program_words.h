// A program's command line as plain data: what its manual page and its completions are made from.
// It is read off the parser itself (describe_app.h), so that they name exactly what --help names.
#pragma once

#include <string>
#include <vector>

namespace cutover {

struct OptionWords {
  std::vector<std::string> names = {};  ///< as typed: "-v", "--config"
  std::string value = {};               ///< name of its value, "" for a flag
  std::string help = {};
};

struct CommandWords {
  std::string word;  ///< of the program itself: its name
  std::string summary = {};
  std::vector<OptionWords> options = {};
  std::vector<OptionWords> operands = {};  ///< what is given without an option's name
  std::vector<CommandWords> commands = {};
};

}  // namespace cutover
