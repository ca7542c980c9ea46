// TomlTable: single values.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "common/base/byte_size.h"
#include "common/base/duration.h"
#include "common/toml/nearest.h"
#include "common/toml/toml_node.h"

namespace cutover {
namespace {

using std::chrono::milliseconds;

std::string in_quotes(const std::string& text) {
  return "\"" + text + "\"";
}

std::string number_range_text(const NumberRange& range) {
  if (range.most == NumberRange().most) return fmt::format("at least {}", range.least);
  return fmt::format("from {} to {}", range.least, range.most);
}

std::string duration_range_text(const DurationRange& range) {
  if (range.most == DurationRange().most)
    return fmt::format("at least {}", duration_text(range.least));
  return fmt::format("from {} to {}", duration_text(range.least), duration_text(range.most));
}

}  // namespace

TomlTable::TomlTable(std::shared_ptr<const TomlNode> node) : node_(std::move(node)) {}

bool TomlTable::has(std::string_view key) const {
  return node_->find(key, "") != nullptr;
}

bool TomlTable::is_present() const {
  return node_->table != nullptr;
}

std::string TomlTable::name_of(std::string_view key) const {
  return node_->name_of(key);
}

void TomlTable::problem(std::string what, std::string hint) const {
  node_->record.problems.push_back({node_->line, std::move(what), std::move(hint)});
}

void TomlTable::problem_at(std::string_view key, std::string what, std::string hint) const {
  node_->problem_at(key, std::move(what), std::move(hint));
}

std::string TomlTable::text(std::string_view key, std::string fallback) const {
  const auto* found = node_->find(key, "text");
  if (!found) return fallback;
  auto text = node_->text_in(key, *found, "a text", fmt::format("\"{}\"", fallback));
  return text ? std::move(*text) : fallback;
}

std::string TomlTable::required_text(std::string_view key) const {
  const auto* found = node_->find(key, "text");
  const auto hint = fmt::format("write {} = \"…\"", key);
  if (!found) {
    node_->problem_at(key, fmt::format("{} is missing", node_->name_of(key)), hint);
    return {};
  }
  auto text = node_->text_in(key, *found, "a text", "\"…\"");
  if (!text) return {};
  if (text->empty()) node_->problem_at(key, fmt::format("{} is empty", node_->name_of(key)), hint);
  return std::move(*text);
}

bool TomlTable::flag(std::string_view key, bool fallback) const {
  const auto* found = node_->find(key, "true or false");
  if (!found) return fallback;
  if (const auto* flag = found->as_boolean()) return flag->get();
  node_->wrong_type(key, *found, "true or false", fallback ? "true" : "false");
  return fallback;
}

std::uint64_t TomlTable::number(std::string_view key, std::uint64_t fallback,
                                NumberRange range) const {
  const auto* found = node_->find(key, "number");
  if (!found) return fallback;
  const auto* number = found->as_integer();
  if (!number) {
    node_->wrong_type(key, *found, "a whole number", std::to_string(fallback));
    return fallback;
  }
  const auto value = number->get();
  if (value >= 0 && static_cast<std::uint64_t>(value) >= range.least &&
      static_cast<std::uint64_t>(value) <= range.most)
    return static_cast<std::uint64_t>(value);
  node_->problem_at(
      key,
      fmt::format("{} is {}, must be {}", node_->name_of(key), value, number_range_text(range)),
      fmt::format("the default is {}", fallback));
  return fallback;
}

milliseconds TomlTable::duration(std::string_view key, milliseconds fallback,
                                 DurationRange range) const {
  const auto* found = node_->find(key, "duration");
  if (!found) return fallback;
  const auto example = in_quotes(duration_text(fallback));
  const auto text = node_->text_in(key, *found, "a length of time", example);
  if (!text) return fallback;
  const auto value = parse_duration(*text);
  if (!value) {
    node_->problem_at(key, fmt::format("{}: {}", node_->name_of(key), value.error().what),
                      value.error().hint);
    return fallback;
  }
  if (*value >= range.least && *value <= range.most) return *value;
  node_->problem_at(
      key,
      fmt::format("{} is {}, must be {}", node_->name_of(key), *text, duration_range_text(range)),
      fmt::format("the default is {}", example));
  return fallback;
}

std::uint64_t TomlTable::byte_size(std::string_view key, std::uint64_t fallback) const {
  const auto* found = node_->find(key, "size");
  if (!found) return fallback;
  const auto text = node_->text_in(key, *found, "a size", in_quotes(byte_size_text(fallback)));
  if (!text) return fallback;
  const auto value = parse_byte_size(*text);
  if (value) return *value;
  node_->problem_at(key, fmt::format("{}: {}", node_->name_of(key), value.error().what),
                    value.error().hint);
  return fallback;
}

std::string TomlTable::one_of(std::string_view key, const std::vector<std::string>& choices,
                              std::string fallback) const {
  const auto* found = node_->find(key, "choice");
  if (!found) return fallback;
  auto text = node_->text_in(key, *found, "a text", in_quotes(fallback));
  if (!text) return fallback;
  if (std::find(choices.begin(), choices.end(), *text) != choices.end()) return std::move(*text);
  node_->problem_at(key, fmt::format("{} is \"{}\"", node_->name_of(key), *text),
                    fmt::format("use \"{}\"", fmt::join(choices, "\" or \"")));
  return fallback;
}

}  // namespace cutover
