#include "common/toml/toml_file.h"

#include <fmt/format.h>

#include <cctype>
#include <utility>

#include "common/toml/toml_node.h"

namespace cutover {
namespace {

std::string lower_first(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

TomlProblem syntax_problem(const toml::parse_error& error) {
  return {line_of(error.source()),
          "not valid TOML: " + lower_first(std::string(error.description())),
          "check the quotes, brackets and names of this line and the one before"};
}

}  // namespace

TomlFile::TomlFile(const std::string& text, std::string file)
    : record_(std::make_unique<TomlRecord>(TomlRecord{std::move(file)})) {
  try {
    record_->root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    record_->is_toml = false;
    record_->problems.push_back(syntax_problem(error));
  }
}

TomlFile::~TomlFile() = default;

TomlTable TomlFile::root() const {
  return TomlTable(TomlNode::of(*record_, &record_->root, 1, ""));
}

bool TomlFile::is_toml() const {
  return record_->is_toml;
}

std::optional<Error> TomlFile::problems() const {
  const auto all = record_->all_problems();
  if (all.empty()) return std::nullopt;
  Error error;
  for (const auto& problem : all) {
    if (!error.what.empty()) error.what = to_text(error) + "\n";
    error.what += fmt::format("{}:{}: {}", record_->file, problem.line, problem.what);
    error.hint = problem.hint;
  }
  return error;
}

std::vector<TomlKey> TomlFile::keys_asked() const {
  return {record_->asked.begin(), record_->asked.end()};
}

}  // namespace cutover
