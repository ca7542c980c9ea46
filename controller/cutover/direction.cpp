#include "controller/cutover/direction.h"

#include <cctype>
#include <string_view>

namespace cutover {
namespace {

bool is_part_of_a_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '"' ||
         c == '=' || c == '/' || c == '@';
}

/// A dot or colon ends a word only when nothing of a name follows it.
bool ends_word(std::string_view rest) {
  if (rest.empty()) return true;
  if (rest[0] == '.' || rest[0] == ':') return rest.size() == 1 || !is_part_of_a_name(rest[1]);
  return !is_part_of_a_name(rest[0]);
}

bool begins_word(std::string_view before) {
  return before.empty() || (!is_part_of_a_name(before.back()) && before.back() != '.');
}

std::string_view word_at(std::string_view text, std::size_t at) {
  for (const std::string_view word : {"blue", "Blue", "green", "Green"})
    if (text.substr(at, word.size()) == word && begins_word(text.substr(0, at)) &&
        ends_word(text.substr(at + word.size())))
      return word;
  return {};
}

std::string_view other_of(std::string_view word) {
  if (word == "blue") return "green";
  if (word == "Blue") return "Green";
  return word == "green" ? "blue" : "Blue";
}

}  // namespace

std::string with_colours_exchanged(const std::string& text) {
  std::string exchanged;
  for (std::size_t at = 0; at < text.size();) {
    const auto word = word_at(text, at);
    if (word.empty()) {
      exchanged += text[at++];
    } else {
      exchanged += other_of(word);
      at += word.size();
    }
  }
  return exchanged;
}

std::string in_colours(Direction direction, const std::string& text) {
  return direction == Direction::forward ? text : with_colours_exchanged(text);
}

const char* configured_colour(Direction direction, const char* colour) {
  const bool is_blue = std::string_view(colour) == "blue";
  return is_blue == (direction == Direction::forward) ? "blue" : "green";
}

}  // namespace cutover
