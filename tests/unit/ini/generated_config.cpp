#include "tests/unit/ini/generated_config.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace cutover::ini::testing {
namespace {

using namespace std::string_view_literals;

template <class Items>
auto one_of(const Items& items, std::mt19937& random) {
  return items[random() % std::size(items)];
}

std::string spaces(std::mt19937& random) {
  return std::string(random() % 3, ' ');
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

std::string parameter(const std::string& name, const std::string& value, bool must_quote,
                      std::mt19937& random) {
  const bool is_quoted = must_quote || random() % 3 == 0;
  return name + spaces(random) + "=" + spaces(random) + (is_quoted ? quoted(value) : value);
}

std::string entry_value(std::mt19937& random) {
  const std::vector<std::string> hosts = {"10.0.0.1", "blue.internal", "::1", "/var/run/x", "a,b"};
  const std::vector<std::string> names = {"app", "it's", "two words", "\xc3\xbc", "x=y"};
  std::vector<std::string> parts;
  if (random() % 4 != 0) parts.push_back(parameter("host", one_of(hosts, random), false, random));
  if (random() % 4 == 0) parts.push_back(parameter("host", one_of(hosts, random), false, random));
  if (random() % 2 == 0) {
    parts.push_back(parameter("port", std::to_string(1 + random() % 65535), false, random));
  }
  if (random() % 2 == 0) parts.push_back(parameter("dbname", one_of(names, random), true, random));
  if (random() % 2 == 0) parts.push_back(parameter("pool_size", "7", false, random));
  if (random() % 3 == 0) {
    parts.push_back(parameter("connect_query", "select 'host=x'", true, random));
  }
  std::shuffle(parts.begin(), parts.end(), random);
  std::string value;
  for (const std::string& part : parts) value += part + " " + spaces(random);
  return value;
}

}  // namespace

std::string generated_garbage(std::mt19937& random) {
  static constexpr std::string_view pieces[] = {
      "[databases]"sv, "[pgbouncer]"sv, "["sv,     "]"sv,     "\n"sv,      "\r\n"sv, " "sv,
      "\t"sv,          "app"sv,         "="sv,     "'"sv,     "''"sv,      ";"sv,    "#"sv,
      "%include "sv,   "%include"sv,    "host="sv, "port="sv, "'a b'"sv,   "*"sv,    "\0"sv,
      "\xff\xfe"sv,    "\xc3\xa4"sv,    "5432"sv,  "\v"sv,    "a.b-c_d"sv, "\""sv,   "%"sv,
      "db = host=h"sv, "\n\n"sv,        "\r"sv,    "\x01"sv,  "x=y"sv};
  std::string text;
  for (std::size_t count = random() % 40; count > 0; --count) text += one_of(pieces, random);
  return text;
}

std::string generated_entries(std::mt19937& random, Names kind) {
  std::vector<std::string> names = {"app", "App", "a.b-c_d", "42", "rw", "ro"};
  if (kind == Names::also_quoted) {
    names.push_back("'two words'");
    names.push_back("'\xc3\xbc=x'");
  }
  const std::vector<std::string> between = {"\n", "\r\n", "\n\n", "\n; note\n",
                                            "\n\t# host=no\n  "};
  std::string text;
  for (std::size_t count = 1 + random() % 8; count > 0; --count) {
    text += one_of(names, random) + spaces(random) + "=" + spaces(random) + entry_value(random) +
            one_of(between, random);
  }
  return text;
}

}  // namespace cutover::ini::testing
