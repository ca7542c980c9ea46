#include "common/manual/completion.h"

#include <fmt/format.h>

#include <algorithm>

namespace cutover {
namespace {

std::string joined(const std::vector<std::string>& words, const std::string& between = " ") {
  return fmt::format("{}", fmt::join(words, between));
}

std::vector<std::string> option_names(const CommandWords& command) {
  std::vector<std::string> names;
  for (const auto& option : command.options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

std::vector<std::string> command_names(const CommandWords& command) {
  std::vector<std::string> names;
  for (const auto& inner : command.commands) names.push_back(inner.word);
  return names;
}

std::string function_name(const CommandWords& program) {
  std::string name = "_" + program.word;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Options, of any command, that are followed by a value; only those that name a FILE when asked
/// so.
std::vector<std::string> names_with_value(const CommandWords& command, bool only_files) {
  std::vector<std::string> names;
  for (const auto& option : command.options)
    if (!option.value.empty() && (!only_files || option.value == "FILE"))
      names.insert(names.end(), option.names.begin(), option.names.end());
  for (const auto& inner : command.commands) {
    const auto deeper = names_with_value(inner, only_files);
    names.insert(names.end(), deeper.begin(), deeper.end());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string bash_cases(const CommandWords& command) {
  std::string cases;
  for (const auto& inner : command.commands) {
    auto words = option_names(inner);
    const auto commands = command_names(inner);
    words.insert(words.end(), commands.begin(), commands.end());
    cases += fmt::format("    {}) words+=' {}' ;;\n", inner.word, joined(words));
  }
  return cases;
}

std::string in_quotes(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// In _arguments a colon and brackets have a meaning of their own.
std::string zsh_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_options(const CommandWords& command) {
  std::string lines;
  for (const auto& option : command.options)
    for (const auto& name : option.names) {
      std::string spec = name + "[" + zsh_text(option.help) + "]";
      if (!option.value.empty())
        spec += ":" + zsh_text(option.value) + ":" + (option.value == "FILE" ? "_files" : "");
      lines += "    " + in_quotes(spec) + "\n";
    }
  return lines;
}

std::string fish_option(const std::string& program, const std::string& when,
                        const OptionWords& option) {
  std::string line = "complete -c " + program + when;
  for (const auto& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.value == "FILE") line += " -r -F";
  if (!option.value.empty() && option.value != "FILE") line += " -x";
  return line + " -d " + in_quotes(option.help) + "\n";
}

}  // namespace

std::string to_bash_completion(const CommandWords& program) {
  const std::string name = function_name(program);
  return "# generated from the program's own table of commands\n" + name + "() {\n" +
         "  local current=${COMP_WORDS[COMP_CWORD]} before= word command= skip=\n"
         "  [ \"$COMP_CWORD\" -gt 0 ] && before=${COMP_WORDS[COMP_CWORD-1]}\n" +
         fmt::format("  local with_value=' {} ' with_file=' {} ' commands=' {} '\n",
                     joined(names_with_value(program, false)),
                     joined(names_with_value(program, true)), joined(command_names(program))) +
         "  case \"$with_file\" in *\" $before \"*)\n"
         "    COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n  esac\n"
         "  case \"$with_value\" in *\" $before \"*) COMPREPLY=(); return ;; esac\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    if [ -n \"$skip\" ]; then skip=; continue; fi\n"
         "    case \"$with_value\" in *\" $word \"*) skip=yes; continue ;; esac\n"
         "    case \"$commands\" in *\" $word \"*) command=$word; break ;; esac\n  done\n" +
         fmt::format("  local words='{}'\n", joined(option_names(program))) +
         "  case \"$command\" in\n    '') words+=$commands ;;\n" + bash_cases(program) +
         "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n" +
         fmt::format("complete -F {} {}\n", name, program.word);
}

std::string to_zsh_completion(const CommandWords& program) {
  std::string text = "#compdef " + program.word +
                     "\n# generated from the program's own table of commands\n" +
                     "local context state line\nlocal -a commands\ncommands=(\n";
  for (const auto& command : program.commands)
    text += "  " + in_quotes(command.word + ":" + zsh_text(command.summary)) + "\n";
  text += ")\n_arguments -C \\\n";
  std::string options = zsh_options(program);
  for (std::size_t at = 0; (at = options.find('\n', at)) != std::string::npos; at += 3)
    options.replace(at, 1, " \\\n");
  text += options +
          "    '1:command:->command' '*::argument:->argument'\ncase $state in\n"
          "  command) _describe command commands ;;\n  argument)\n    case $line[1] in\n";
  for (const auto& command : program.commands) {
    std::string own = zsh_options(command);
    std::replace(own.begin(), own.end(), '\n', ' ');
    text += "      " + command.word + ") _arguments" + own + "'*:argument:(" +
            joined(command_names(command)) + ")' ;;\n";
  }
  return text + "    esac ;;\nesac\n";
}

std::string to_fish_completion(const CommandWords& program) {
  std::string text =
      "# generated from the program's own table of commands\ncomplete -c " + program.word + " -f\n";
  for (const auto& option : program.options) text += fish_option(program.word, "", option);
  for (const auto& command : program.commands) {
    text += "complete -c " + program.word + " -n __fish_use_subcommand -a " + command.word +
            " -d " + in_quotes(command.summary) + "\n";
    const std::string when = " -n " + in_quotes("__fish_seen_subcommand_from " + command.word);
    for (const auto& option : command.options) text += fish_option(program.word, when, option);
    for (const auto& inner : command.commands)
      text += "complete -c " + program.word + when + " -a " + inner.word + " -d " +
              in_quotes(inner.summary) + "\n";
  }
  return text;
}

}  // namespace cutover
