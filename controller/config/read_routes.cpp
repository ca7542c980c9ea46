// [[database.route]]: what entries hold now and will hold.
#include <fmt/format.h>

#include <optional>

#include "common/postgres/conninfo.h"
#include "controller/config/agent_url.h"
#include "controller/config/conninfo_key.h"
#include "controller/config/sections.h"

namespace cutover {
namespace {

constexpr const char* end_hint = "like \"host=blue.internal port=5432\"";

/// Why these are not host and port of an entry; "" when they are.
std::string problem_with(const Given& given) {
  for (const auto& [keyword, value] : given)
    if (keyword != "host" && keyword != "port") return fmt::format("holds {}", keyword);
  const auto host = value_of(given, "host");
  if (host.empty()) return "names no host";
  if (host.find(',') != std::string::npos) return "names several hosts";
  const auto port = value_of(given, "port");
  if (!port.empty() && !parse_host_port("h:" + port, 0)) return "has no port from 1 to 65535";
  return {};
}

RouteEnd read_end(const TomlTable& route, const char* key) {
  const auto text = route.required_text(key);
  if (text.empty()) return {};
  const auto parameters = postgres::given_parameters(text);
  const Given given = parameters ? Given(parameters->begin(), parameters->end()) : Given();
  const auto problem = parameters ? problem_with(given) : "is not host=… port=…";
  if (!problem.empty())
    route.problem_at(key, fmt::format("database.route.{} {}", key, problem), end_hint);
  return problem.empty() ? RouteEnd{value_of(given, "host"), value_of(given, "port")} : RouteEnd();
}

RouteEnd effective(RouteEnd end) {
  if (end.port.empty()) end.port = "5432";
  return end;
}

std::optional<RouteEnd> end_of(const TomlTable& database, const char* key,
                               const std::string& conninfo) {
  const auto parameters = postgres::given_parameters(conninfo);
  if (!parameters || parameters->empty()) return std::nullopt;  // already a problem of `key`
  const Given given(parameters->begin(), parameters->end());
  const auto host = host_of(given);
  if (!host.empty() && host.find(',') == std::string::npos) return RouteEnd{host, port_of(given)};
  database.problem_at(key,
                      fmt::format("database.{} names {}, so there is no default route", key,
                                  host.empty() ? "no host" : "several hosts"),
                      "add a [[database.route]] with host and port as they stand in pgbouncer.ini");
  return std::nullopt;
}

void refuse_repeated(const TomlTable& table, const RouteConfig& route,
                     const std::vector<RouteConfig>& earlier) {
  for (const auto& other : earlier)
    if (effective(other.blue) == effective(route.blue))
      table.problem_at("blue", "two routes of this database have the same blue end",
                       "one entry can go to one green server only: remove one");
}

}  // namespace

std::vector<RouteConfig> read_routes(const TomlTable& database, const std::string& blue,
                                     const std::string& green) {
  std::vector<RouteConfig> routes;
  for (const auto& table : database.tables("route")) {
    RouteConfig route{read_end(table, "blue"), read_end(table, "green")};
    if (route.blue.host.empty() || route.green.host.empty()) continue;
    if (effective(route.blue) == effective(route.green))
      table.problem("blue and green of this route are the same",
                    "an entry must change its host or its port");
    refuse_repeated(table, route, routes);
    routes.push_back(std::move(route));
  }
  if (database.has("route")) return routes;
  const auto blue_end = end_of(database, "blue", blue);
  const auto green_end = end_of(database, "green", green);
  if (blue_end && green_end) routes.push_back({*blue_end, *green_end});
  return routes;
}

}  // namespace cutover
