// The names are those of parse_database() and of the sections in main.c over all those versions.
#include "agent/ini/unfamiliar.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace cutover::ini {
namespace {

constexpr std::array<std::string_view, 22> parameters = {"application_name",
                                                         "auth_dbname",
                                                         "auth_query",
                                                         "auth_user",
                                                         "client_encoding",
                                                         "connect_query",
                                                         "datestyle",
                                                         "dbname",
                                                         "host",
                                                         "load_balance_hosts",
                                                         "max_db_client_connections",
                                                         "max_db_connections",
                                                         "min_pool_size",
                                                         "password",
                                                         "pool_mode",
                                                         "pool_size",
                                                         "port",
                                                         "reserve_pool",
                                                         "reserve_pool_size",
                                                         "server_lifetime",
                                                         "timezone",
                                                         "user"};

constexpr std::array<std::string_view, 4> sections = {"databases", "peers", "pgbouncer", "users"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<std::string> unfamiliar_parts(const ConfigFiles& config) {
  std::vector<std::string> parts;
  for (const Setting& setting : config.assignments) {
    if (!setting.is_section_line || is_one_of(sections, setting.section)) continue;
    parts.push_back(config.describe(setting.place) + ": section [" + setting.section +
                    "] is unknown to PgBouncer 1.25 and older, whose reload would fail on it");
  }
  for (const Entry& entry : config.definitions) {
    for (const Parameter& parameter : entry.parameters) {
      if (is_one_of(parameters, parameter.name)) continue;
      parts.push_back(config.describe(entry.place) + ": parameter " + parameter.name +
                      " of entry " + entry.name +
                      " is unknown to PgBouncer 1.25 and older, whose reload would fail on it");
    }
  }
  return parts;
}

}  // namespace cutover::ini
