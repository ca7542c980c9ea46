#include "common/manual/describe_app.h"

#include <CLI/CLI.hpp>

namespace cutover {
namespace {

/// CLI11 calls a value by its type, "TEXT"; a manual says what it is.
std::string value_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";
  if (option.get_lnames() == std::vector<std::string>{"config"}) return "FILE";
  const std::string type = option.get_type_name();
  return type.empty() ? "VALUE" : type;
}

OptionWords words_of(const CLI::Option& option) {
  OptionWords words{.value = value_of(option), .help = option.get_description()};
  for (const auto& name : option.get_snames()) words.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) words.names.push_back("--" + name);
  return words;
}

}  // namespace

CommandWords describe_app(const CLI::App& app) {
  CommandWords words{.word = app.get_name(), .summary = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden from --help too
    if (option->get_positional()) {
      words.operands.push_back(
          {.value = option->get_name(true), .help = option->get_description()});
    } else {
      words.options.push_back(words_of(*option));
    }
  }
  const auto everyone = [](const CLI::App*) { return true; };
  for (const CLI::App* command : app.get_subcommands(everyone))
    if (!command->get_group().empty()) words.commands.push_back(describe_app(*command));
  return words;
}

}  // namespace cutover
