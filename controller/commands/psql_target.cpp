#include "controller/commands/psql_target.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/postgres/connection.h"

namespace cutover {
namespace {

std::string setting(const std::map<std::string, std::string>& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

std::string first_of_list(const std::string& list) {
  const auto end = list.find_first_of(", ");
  return list.substr(0, end);
}

/// Of a bouncer on this machine the socket; of another the host its agent is reached at.
Result<std::string> host_of(const BouncerConfig& bouncer,
                            const std::map<std::string, std::string>& settings) {
  if (bouncer.transport == Transport::unix_socket)
    return text_result(setting(settings, "unix_socket_dir"));
  const std::string listens = setting(settings, "listen_addr");
  if (listens.empty() || listens == "127.0.0.1" || listens == "localhost")
    return Error{fmt::format("bouncer {} listens on its own host only (listen_addr {})",
                             bouncer.name, listens.empty() ? "is empty" : listens),
                 "run psql there"};
  return text_result(bouncer.host);
}

/// As libpq reads it back.
std::string conninfo_value(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

bool names_a_user(const std::string& argument) {
  return argument.starts_with("-U") || argument.starts_with("--username");
}

std::string user_of_blue(const DatabaseConfig& database) {
  const auto user = postgres::parameter_of(database.blue, "user");
  return user.has_value() ? user.value().value_or("") : "";
}

}  // namespace

PsqlTarget psql_target(const std::string& text, const std::vector<std::string>& arguments) {
  const bool user = std::any_of(arguments.begin(), arguments.end(), names_a_user);
  const auto slash = text.find('/');
  if (slash == std::string::npos) return {text, "", user};
  return {text.substr(0, slash), text.substr(slash + 1), user};
}

bool is_server(const PsqlTarget& target) {
  return target.place == "blue" || target.place == "green";
}

Result<void> expect_place(const Config& config, const PsqlTarget& target) {
  if (is_server(target)) {
    const auto conninfo = server_conninfo(config, target);
    if (!conninfo) return conninfo.error();
    return {};
  }
  const auto bouncer = bouncer_of(config, target);
  if (!bouncer) return bouncer.error();
  return {};
}

Result<std::string> server_conninfo(const Config& config, const PsqlTarget& target) {
  for (const auto& database : config.databases)
    if (target.what.empty() || target.what == database.name)
      return text_result(target.place == "blue" ? database.blue : database.green);
  return Error{fmt::format("no [[database]] is named {}", target.what),
               "see `name` in cutover.toml"};
}

Result<BouncerConfig> bouncer_of(const Config& config, const PsqlTarget& target) {
  std::string known = "blue, green";
  for (const auto& bouncer : config.bouncers) {
    if (bouncer.name == target.place) return bouncer;
    known += ", " + bouncer.name;
  }
  return Error{fmt::format("nothing is named {}", target.place), "one of: " + known};
}

Result<std::string> bouncer_conninfo(const Config& config, const BouncerConfig& bouncer,
                                     const PsqlTarget& target,
                                     const std::map<std::string, std::string>& settings) {
  const auto host = host_of(bouncer, settings);
  if (!host) return host.error();
  const bool console = target.what.empty() || target.what == "pgbouncer";
  const std::string user = console ? first_of_list(setting(settings, "admin_users"))
                                   : user_of_blue(config.databases.front());
  std::string conninfo = fmt::format("host={} port={} dbname={}", conninfo_value(*host),
                                     conninfo_value(setting(settings, "listen_port")),
                                     conninfo_value(console ? "pgbouncer" : target.what));
  if (!user.empty() && !target.is_user_given) conninfo += " user=" + conninfo_value(user);
  return text_result(conninfo);
}

}  // namespace cutover
