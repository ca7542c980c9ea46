// TomlTable: lists, maps and tables inside it.
#include <fmt/format.h>

#include <utility>

#include "common/toml/toml_node.h"

namespace cutover {
namespace {

constexpr const char* text_list = "a list of texts";
constexpr const char* text_list_example = "[\"…\"]";

std::vector<std::string> texts_in(const TomlNode& table, std::string_view key,
                                  const toml::node& found) {
  std::vector<std::string> texts;
  const auto* list = found.as_array();
  if (!list) table.wrong_type(key, found, text_list, text_list_example);
  if (!list) return texts;
  for (const auto& element : *list) {
    auto text = table.text_in(key, element, text_list, text_list_example);
    if (text) texts.push_back(std::move(*text));
  }
  return texts;
}

}  // namespace

std::vector<std::string> TomlTable::texts(std::string_view key) const {
  const auto* found = node_->find(key, "list of texts");
  return found ? texts_in(*node_, key, *found) : std::vector<std::string>();
}

std::vector<std::string> TomlTable::text_or_texts(std::string_view key,
                                                  std::vector<std::string> fallback) const {
  const auto* found = node_->find(key, "text or list of texts");
  if (!found) return fallback;
  if (const auto* text = found->as_string()) return {text->get()};
  auto list = texts_in(*node_, key, *found);
  if (found->is_array() && found->as_array()->empty())
    node_->problem_at(key, fmt::format("{} is an empty list", node_->name_of(key)),
                      "name one, or leave the key out for the default");
  return list.empty() ? fallback : list;
}

std::map<std::string, std::string> TomlTable::text_map(std::string_view key) const {
  std::map<std::string, std::string> map;
  const auto* found = node_->find(key, "map of texts");
  if (!found) return map;
  if (!found->is_table()) node_->wrong_type(key, *found, "a map", "{ name = \"…\" }");
  if (!found->is_table()) return map;
  const auto inner = TomlNode::of(node_->record, found->as_table(), node_->line_of_key(key),
                                  node_->name_of(key) + ".");
  for (const auto& [name, value] : *found->as_table()) {
    inner->find(name.str(), "");
    auto text = inner->text_in(name.str(), value, "a text", "\"…\"");
    if (text) map.emplace(name.str(), std::move(*text));
  }
  return map;
}

std::map<std::string, std::uint64_t> TomlTable::number_map(std::string_view key) const {
  std::map<std::string, std::uint64_t> map;
  const auto* found = node_->find(key, "map of numbers");
  if (!found) return map;
  if (!found->is_table()) node_->wrong_type(key, *found, "a map", "{ name = 1 }");
  if (!found->is_table()) return map;
  const auto inner = TomlNode::of(node_->record, found->as_table(), node_->line_of_key(key),
                                  node_->name_of(key) + ".");
  for (const auto& [name, value] : *found->as_table()) {
    inner->find(name.str(), "");
    const auto* number = value.as_integer();
    if (number && number->get() >= 0)
      map.emplace(name.str(), static_cast<std::uint64_t>(number->get()));
    else if (number)
      inner->problem_at(name.str(), fmt::format("{} is negative", inner->name_of(name.str())),
                        "write 0 or more");
    else
      inner->wrong_type(name.str(), value, "a whole number", "1000");
  }
  return map;
}

TomlTable TomlTable::table(std::string_view key) const {
  const auto* found = node_->find(key, "");
  if (found && !found->is_table())
    node_->problem_at(
        key, fmt::format("{} must be a table, and is {}", node_->name_of(key), kind_of(*found)),
        fmt::format("write [{}] and its keys below", node_->name_of(key)));
  return TomlTable(TomlNode::of(node_->record, found ? found->as_table() : nullptr,
                                node_->line_of_key(key), node_->name_of(key) + "."));
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
  std::vector<TomlTable> tables;
  const auto* found = node_->find(key, "");
  if (!found) return tables;
  const auto name = node_->name_of(key);
  const int line = node_->line_of_key(key);
  const auto hint = fmt::format("write [[{}]] and its keys below", name);
  const auto* list = found->as_array();
  if (!list) {
    node_->problem_at(
        key, fmt::format("{} must be a list of tables, and is {}", name, kind_of(*found)), hint);
    return tables;
  }
  for (const auto& element : *list) {
    if (const auto* table = element.as_table())
      tables.push_back(TomlTable(TomlNode::of(node_->record, table, line, name + ".")));
    else
      node_->problem_at(
          key, fmt::format("{} must hold tables only, and holds {}", name, kind_of(element)), hint);
  }
  return tables;
}

}  // namespace cutover
