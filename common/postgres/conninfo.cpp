#include "common/postgres/conninfo.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "common/postgres/connection.h"

namespace cutover::postgres {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

bool is_secret(std::string_view keyword) {
  return keyword == "password" || keyword == "sslpassword";
}

bool may_hold_password(const std::string& conninfo) {
  return conninfo.find("password") != std::string::npos || conninfo.find('@') != std::string::npos;
}

Error unreadable(const std::string& conninfo, const char* message) {
  Error error{"not a connection string of libpq",
              "write it as \"host=… port=… dbname=… user=…\", values with spaces in single quotes"};
  std::string_view why = message ? message : "";
  while (why.ends_with('\n')) why.remove_suffix(1);
  if (!why.empty() && !may_hold_password(conninfo)) error.what += fmt::format(": {}", why);
  return error;
}

const std::string* find(const Settings& settings, std::string_view keyword) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const auto& setting) { return setting.first == keyword; });
  return found == settings.end() ? nullptr : &found->second;
}

std::string quoted_value(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

bool is_plain(std::string_view value) {
  return !value.empty() && value.find_first_of(" \t\r\n\f\v'\\") == std::string_view::npos;
}

std::string written(const Settings& settings) {
  std::string out;
  for (const auto& [keyword, value] : settings)
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", keyword,
                       is_plain(value) ? value : quoted_value(value));
  return out;
}

std::optional<std::string> default_of(const std::string& keyword) {
  const Options defaults(PQconndefaults());
  for (auto* option = defaults.get(); option && option->keyword; ++option)
    if (keyword == option->keyword && option->val) return option->val;
  return std::nullopt;
}

bool is_known(const std::string& keyword) {
  const Options defaults(PQconndefaults());
  for (auto* option = defaults.get(); option && option->keyword; ++option)
    if (keyword == option->keyword) return true;
  return false;
}

}  // namespace

Result<Settings> given_parameters(const std::string& conninfo) {
  char* raw_message = nullptr;
  const Options options(PQconninfoParse(conninfo.c_str(), &raw_message));
  const std::unique_ptr<char, decltype(&PQfreemem)> message(raw_message, &PQfreemem);
  if (!options) return unreadable(conninfo, message.get());
  Settings settings;
  for (auto* option = options.get(); option->keyword; ++option)
    if (option->val) settings.emplace_back(option->keyword, option->val);
  return settings;
}

std::string address_of(const std::string& conninfo) {
  const auto host = parameter_of(conninfo, "host");
  const auto address = parameter_of(conninfo, "hostaddr");
  const auto port = parameter_of(conninfo, "port");
  if (!host || !address || !port) return "(unreadable conninfo)";
  const auto name = host->value_or(address->value_or("the local socket"));
  return fmt::format("{}:{}", name, port->value_or("5432"));
}

bool asks_for_read_write(const std::string& conninfo) {
  const auto attributes = parameter_of(conninfo, "target_session_attrs");
  return attributes && *attributes == "read-write";
}

std::string without_password(const std::string& conninfo) {
  auto settings = given_parameters(conninfo);
  if (!settings) return "(unreadable conninfo)";
  std::erase_if(*settings, [](const auto& setting) { return is_secret(setting.first); });
  return written(*settings);
}

Result<std::string> with_parameters(
    const std::string& conninfo,
    const std::vector<std::pair<std::string, std::string>>& parameters) {
  auto settings = given_parameters(conninfo);
  if (!settings) return settings.error();
  for (const auto& given : parameters) {
    if (!is_known(given.first))
      return Error{fmt::format("libpq knows no parameter \"{}\"", given.first)};
    std::erase_if(*settings, [&](const auto& it) { return it.first == given.first; });
    settings->push_back(given);
  }
  return text_result(written(*settings));
}

Result<std::optional<std::string>> parameter_of(const std::string& conninfo,
                                                const std::string& keyword) {
  const auto settings = given_parameters(conninfo);
  if (!settings) return settings.error();
  if (const auto* given = find(*settings, keyword)) return std::optional<std::string>(*given);
  if (auto fallback = default_of(keyword)) return fallback;
  if (keyword != "dbname") return std::optional<std::string>();
  if (const auto* user = find(*settings, "user")) return std::optional<std::string>(*user);
  return default_of("user");
}

}  // namespace cutover::postgres
