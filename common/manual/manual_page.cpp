#include "common/manual/manual_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace cutover {
namespace {

/// What roff would take for its own is escaped; a hyphen stays the sign that is typed.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c != '`') {
      result += c;
    }
  }
  if (!result.empty() && (result.front() == '.' || result.front() == '\'')) result.insert(0, "\\&");
  return result;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return text;
}

struct Head {
  std::string name;
  int section;
  std::string date;
  std::string version;
  std::string summary;
};

std::string head(const Head& page) {
  return fmt::format(
      ".\\\" generated from the program's own tables: do not edit\n"
      ".TH {} {} \"{}\" \"{}\" \"Cutover\"\n.nh\n.SH NAME\n{} \\- {}\n",
      upper(escaped(page.name)), page.section, page.date, page.version, escaped(page.name),
      escaped(page.summary));
}

std::string flowing(const std::string& text) {
  std::string result;
  std::istringstream lines(text);
  bool verbatim = false;
  for (std::string line; std::getline(lines, line);) {
    const bool example = line.starts_with("  ");
    if (example && !verbatim) result += result.empty() ? ".nf\n.RS 4\n" : ".PP\n.nf\n.RS 4\n";
    if (!example && verbatim) result += ".RE\n.fi\n.PP\n";
    verbatim = example;
    if (line.empty()) {
      result += ".PP\n";
    } else {
      result += escaped(example ? line.substr(2) : line) + "\n";
    }
  }
  return verbatim ? result + ".RE\n.fi\n" : result;
}

std::string section(const std::string& title, const std::string& text) {
  return ".SH " + upper(escaped(title)) + "\n" + flowing(text);
}

std::string names_of(const OptionWords& option) {
  std::string names;
  for (const auto& name : option.names)
    names += (names.empty() ? "" : ", ") + ("\\fB" + escaped(name) + "\\fR");
  if (option.value.empty()) return names;
  return names + (names.empty() ? "" : " ") + "\\fI" + escaped(option.value) + "\\fR";
}

std::string listed(const std::vector<OptionWords>& options) {
  std::string text;
  for (const auto& option : options)
    text += ".TP\n" + names_of(option) + "\n" + escaped(option.help) + "\n";
  return text;
}

std::string described(const CommandWords& command, const std::string& before) {
  std::string operands;
  for (const auto& operand : command.operands)
    operands += " \\fI" + escaped(operand.value) + "\\fR";
  std::string text = ".TP\n\\fB" + before + escaped(command.word) + "\\fR" + operands + "\n" +
                     escaped(command.summary) + "\n";
  std::vector<OptionWords> own = command.operands;
  for (const auto& option : command.options)
    if (option.names.empty() || option.names.back() != "--help") own.push_back(option);
  if (!own.empty()) text += ".RS\n" + listed(own) + ".RE\n";
  for (const auto& inner : command.commands)
    text += described(inner, before + escaped(command.word) + " ");
  return text;
}

std::string table_of(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? "" : name.substr(0, dot);
}

std::string key_entry(const OptionDoc& option) {
  const std::string standard =
      option.default_value == "required" ? "required" : "default: " + option.default_value;
  return ".TP\n\\fB" + escaped(option.name) + "\\fR (" + escaped(option.type) + "; " +
         escaped(standard) + ")\n" + escaped(option.meaning) + ".\n";
}

}  // namespace

std::string to_manual(const ProgramPage& page) {
  std::string text = head({page.words.word, 1, page.date, page.version, page.words.summary});
  text += ".SH SYNOPSIS\n.B " + escaped(page.words.word) +
          "\n[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]\n";
  text += section("Description", page.description);
  text += ".SH COMMANDS\n";
  for (const auto& command : page.words.commands) text += described(command, "");
  text += ".SH OPTIONS\n" + listed(page.words.options);
  for (const auto& more : page.sections) text += section(more.title, more.text);
  return text;
}

std::string to_manual(const ConfigPage& page) {
  std::string text = head({page.name, 5, page.date, page.version, page.summary});
  text += section("Description", page.description);
  text += ".SH KEYS\n";
  std::string table;
  for (const auto& option : page.options) {
    if (table_of(option.name) != table) {
      table = table_of(option.name);
      text += ".SS " + escaped(table) + "\n";
    }
    text += key_entry(option);
  }
  for (const auto& more : page.sections) text += section(more.title, more.text);
  return text;
}

}  // namespace cutover
