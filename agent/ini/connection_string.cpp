// Follows cstr_get_pair() of PgBouncer's loader.c. Only the space separates: a tab belongs to the
// value it stands in. Blanks after = are skipped, so "host= port=5" is host "port=5".
#include "agent/ini/connection_string.h"

#include <algorithm>

namespace cutover::ini {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void skip_spaces() {
    while (peek() == ' ') ++at_;
  }

  bool at_end() const { return at_ >= text_.size(); }

  Result<Parameter> read_parameter() {
    Parameter parameter;
    while (!at_end() && peek() != '=' && peek() != ' ') parameter.name += text_[at_++];
    skip_spaces();
    if (peek() != '=' || parameter.name.empty()) return Error{"a parameter without name or ="};
    if (parameter.name[0] == '\'') return Error{"a quote where a parameter's name should be"};
    ++at_;
    skip_spaces();
    parameter.raw.begin = at_;
    parameter.is_quoted = peek() == '\'';
    const bool is_complete = parameter.is_quoted ? read_quoted(parameter) : read_plain(parameter);
    if (!is_complete) return Error{"the value of " + parameter.name + " has no closing quote"};
    if (parameter.value.empty()) return Error{"the value of " + parameter.name + " is empty"};
    parameter.raw.end = at_;
    parameter.is_followed_by_space_or_end = at_end() || peek() == ' ';
    if (!at_end()) ++at_;
    return parameter;
  }

 private:
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  bool read_plain(Parameter& parameter) {
    while (!at_end() && peek() != ' ') parameter.value += text_[at_++];
    return true;
  }

  bool read_quoted(Parameter& parameter) {
    ++at_;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '\'' && peek() != '\'') return true;
      if (c == '\'') ++at_;
      parameter.value += c;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool may_stand_unquoted(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || c == '\'';
  });
}

}  // namespace

Result<std::vector<Parameter>> parse_connection_string(std::string_view text) {
  std::vector<Parameter> parameters;
  Reader reader(text);
  for (reader.skip_spaces(); !reader.at_end(); reader.skip_spaces()) {
    auto parameter = reader.read_parameter();
    if (!parameter) return parameter.error();
    parameters.push_back(std::move(*parameter));
  }
  return parameters;
}

const Parameter* find_parameter(const std::vector<Parameter>& parameters, std::string_view name) {
  for (auto it = parameters.rbegin(); it != parameters.rend(); ++it) {
    if (it->name == name) return &*it;
  }
  return nullptr;
}

Result<std::string> write_value(std::string_view value, Quoting quoting) {
  if (value.empty())
    return Error{"an empty value cannot be written", "give a host name or address"};
  if (value.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos) {
    return Error{"a value with a line end or NUL cannot be written", "correct the value"};
  }
  if (quoting == Quoting::where_needed && may_stand_unquoted(value)) {
    return text_result(std::string(value));
  }
  std::string quoted = "'";
  for (char c : value) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return text_result(quoted + "'");
}

}  // namespace cutover::ini
