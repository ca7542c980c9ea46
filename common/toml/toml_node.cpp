#include "common/toml/toml_node.h"

#include <fmt/format.h>

#include <utility>

namespace cutover {

const char* kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

std::shared_ptr<const TomlNode> TomlNode::of(TomlRecord& record, const toml::table* table, int line,
                                             std::string path) {
  const int own_line = table ? cutover::line_of(table->source()) : 0;
  if (table) record.visited.try_emplace(table, VisitedTable{path, {}});
  return std::make_shared<const TomlNode>(
      TomlNode{record, table, own_line > 0 ? own_line : line, std::move(path)});
}

const toml::node* TomlNode::find(std::string_view key, const char* kind) const {
  if (*kind) record.asked.insert({name_of(key), kind});
  if (!table) return nullptr;
  record.visited.at(table).known.emplace(key);
  return table->get(key);
}

int TomlNode::line_of_key(std::string_view key) const {
  if (!table) return line;
  const auto found = table->find(key);
  if (found == table->end()) return line;
  const int own_line = cutover::line_of(found->first.source());
  return own_line > 0 ? own_line : line;
}

void TomlNode::problem_at(std::string_view key, std::string what, std::string hint) const {
  record.problems.push_back({line_of_key(key), std::move(what), std::move(hint)});
}

void TomlNode::wrong_type(std::string_view key, const toml::node& found, const std::string& wanted,
                          const std::string& example) const {
  problem_at(key, fmt::format("{} must be {}, and is {}", name_of(key), wanted, kind_of(found)),
             fmt::format("write {} = {}", key, example));
}

std::optional<std::string> TomlNode::text_in(std::string_view key, const toml::node& node,
                                             const std::string& wanted,
                                             const std::string& example) const {
  const auto* text = node.as_string();
  if (!text) {
    wrong_type(key, node, wanted, example);
    return std::nullopt;
  }
  if (text->get().find('\0') != std::string::npos) {
    problem_at(key, fmt::format("{} holds a zero byte", name_of(key)), "remove the \\u0000");
    return std::nullopt;
  }
  return text->get();
}

}  // namespace cutover
