#include "controller/config/conninfo_key.h"

#include <fmt/format.h>

#include "common/postgres/conninfo.h"

namespace cutover {
namespace {

bool holds_password(const TomlTable& table, const char* key, const Given& given) {
  if (!given.contains("password") && !given.contains("sslpassword")) return false;
  table.problem_at(key, fmt::format("database.{} holds a password", key),
                   "put it in ~/.pgpass (HOST:PORT:DBNAME:USER:PASSWORD, mode 0600), in a service "
                   "file or in PGPASSWORD");
  return true;
}

}  // namespace

std::optional<Given> read_conninfo(const TomlTable& table, const char* key,
                                   const std::string& conninfo) {
  if (conninfo.empty()) return std::nullopt;
  const auto parameters = postgres::given_parameters(conninfo);
  if (!parameters) {
    table.problem_at(key, fmt::format("database.{} is {}", key, parameters.error().what),
                     parameters.error().hint);
    return std::nullopt;
  }
  Given given(parameters->begin(), parameters->end());
  if (holds_password(table, key, given)) return std::nullopt;
  if (value_of(given, "dbname").empty()) {
    table.problem_at(key, fmt::format("database.{} names no database", key), "add dbname=…");
    return std::nullopt;
  }
  return given;
}

std::string value_of(const Given& given, const std::string& keyword) {
  const auto found = given.find(keyword);
  return found == given.end() ? "" : found->second;
}

std::string host_of(const Given& given) {
  const auto host = value_of(given, "host");
  return host.empty() ? value_of(given, "hostaddr") : host;
}

std::string port_of(const Given& given) {
  const auto port = value_of(given, "port");
  return port.empty() ? "5432" : port;
}

}  // namespace cutover
