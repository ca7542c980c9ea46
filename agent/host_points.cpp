#include "agent/host_points.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "agent/login_point.h"

namespace cutover::agent {
namespace {

/// Logs, sockets, consoles, the private PgBouncer.
constexpr std::uint64_t spare_descriptors = 100;
constexpr double longest_login_retry = 1.0;

std::string value_of(const std::map<std::string, std::string>& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

std::uint64_t number(const std::string& text) {
  return std::strtoull(text.c_str(), nullptr, 10);
}

bool is_console(const std::map<std::string, std::string>& database) {
  return value_of(database, "name") == "pgbouncer";
}

HostPoint pool_mode(const HostView& view) {
  std::string never_drain;
  for (const auto& database : view.databases) {
    const std::string own = value_of(database, "pool_mode");
    const std::string mode = own.empty() ? value_of(view.settings, "pool_mode") : own;
    if (mode == "session" && !is_console(database)) never_drain += " " + value_of(database, "name");
  }
  if (never_drain.empty()) return {Grade::ok, "pool mode", value_of(view.settings, "pool_mode")};
  return {Grade::fail, "pool mode", "session pooling never drains:" + never_drain,
          "pool_mode = transaction"};
}

bool is_of_this_host(const std::string& address) {
  return address.empty() || address == "localhost" || address == "::1" ||
         address.starts_with("127.");
}

bool is_reached_from_elsewhere(const std::string& addresses) {
  std::istringstream list(addresses);
  for (std::string address; std::getline(list, address, ',');) {
    std::erase(address, ' ');
    if (!is_of_this_host(address)) return true;
  }
  return false;
}

/// Debian's own pgbouncer.ini says localhost.
HostPoint listens(const HostView& view) {
  const std::string addresses = value_of(view.settings, "listen_addr");
  if (is_reached_from_elsewhere(addresses))
    return {Grade::ok, "listens", addresses + " port " + value_of(view.settings, "listen_port")};
  return {Grade::warn, "listens",
          "only this host reaches it: listen_addr " +
              (addresses.empty() ? "is empty" : "is " + addresses),
          "listen_addr = *, and a restart of PgBouncer: a reload does not change it"};
}

HostPoint client_tls(const HostView& view) {
  const std::string mode = value_of(view.settings, "client_tls_sslmode");
  if (mode != "disable" && !mode.empty() && view.others_read_tls_key)
    return {Grade::fail, "TLS towards clients", "its key may be read by everybody",
            "chmod 600 " + value_of(view.settings, "client_tls_key_file")};
  if (mode != "disable" && !mode.empty()) return {Grade::ok, "TLS towards clients", mode};
  return {Grade::warn, "TLS towards clients", "clients connect without",
          "client_tls_sslmode = require, with a key and a certificate"};
}

HostPoint authentication(const HostView& view) {
  const std::string type = value_of(view.settings, "auth_type");
  const bool weak = type == "md5" || type == "plain" || type == "trust" || type == "any";
  if (!weak) return {Grade::ok, "authentication", type};
  return {Grade::warn, "authentication", "auth_type is " + type, "auth_type = scram-sha-256"};
}

/// A plain password is no flaw: with it PgBouncer logs in by SCRAM, too.
std::ptrdiff_t md5_secrets(const AuthSecrets& user_list) {
  return std::ranges::count_if(user_list,
                               [](const auto& line) { return line.second.starts_with("md5"); });
}

HostPoint user_list(const HostView& view) {
  const std::string path = value_of(view.settings, "auth_file");
  if (path.empty()) return {Grade::warn, "auth_file", "none is set", "auth_file = userlist.txt"};
  if (!view.user_list)
    return {Grade::fail, path, "cannot be read", "give it to PgBouncer's user, mode 640"};
  if (view.others_read_user_list)
    return {Grade::fail, path, "may be read by everybody", "chmod 640 " + path};
  const auto others = md5_secrets(*view.user_list);
  if (others == 0) return {Grade::ok, path, "readable for PgBouncer only"};
  return {Grade::warn, path, std::to_string(others) + " entries are MD5 secrets",
          "/usr/share/cutover-agent/scram-secret makes one of a password"};
}

HostPoint admin_user(const HostView& view) {
  const std::string admins = value_of(view.settings, "admin_users");
  if (admins.empty())
    return {Grade::warn, "admin_users", "nobody may use the console from elsewhere",
            "admin_users = pgbouncer_admin, and the user in auth_file"};
  const std::string first = admins.substr(0, admins.find_first_of(", "));
  if (view.user_list && !view.user_list->contains(first))
    return {Grade::warn, "admin_users",
            "\"" + first + "\" has no line in auth_file: it cannot log in",
            "/usr/share/cutover-agent/scram-secret makes the secret for one"};
  return {Grade::ok, "admin_users", admins};
}

std::uint64_t largest_pool(const HostView& view) {
  std::uint64_t largest = 0;
  for (const auto& database : view.databases)
    if (!is_console(database)) largest = std::max(largest, number(value_of(database, "pool_size")));
  return largest;
}

/// Clients beyond it are turned away; with fewer than a pool has places the pool is never full.
HostPoint client_places(const HostView& view) {
  const std::string places = value_of(view.settings, "max_client_conn");
  const std::uint64_t pool = largest_pool(view);
  if (number(places) >= pool) return {Grade::ok, "max_client_conn", places};
  return {Grade::warn, "max_client_conn",
          places + " clients at most, fewer than the " + std::to_string(pool) +
              " connections of the largest pool",
          "max_client_conn above all that the application opens together"};
}

/// PgBouncer wants one for every client and for every place in a pool.
HostPoint descriptors(const HostView& view) {
  std::uint64_t wanted = number(value_of(view.settings, "max_client_conn")) + spare_descriptors;
  for (const auto& database : view.databases) wanted += number(value_of(database, "pool_size"));
  const std::string need = std::to_string(wanted) + " for max_client_conn and pools";
  if (!view.descriptor_limit)
    return {Grade::warn, "descriptors", "its limit cannot be read; it wants " + need,
            "compare with /proc/PID/limits"};
  const std::string has = "may open " + std::to_string(*view.descriptor_limit);
  if (*view.descriptor_limit >= wanted) return {Grade::ok, "descriptors", has + ", wants " + need};
  return {Grade::fail, "descriptors", has + ", wants " + need,
          "LimitNOFILE= in a drop-in of its unit, or a smaller max_client_conn"};
}

HostPoint login_retry(const HostView& view) {
  const std::string retry = value_of(view.settings, "server_login_retry");
  const double seconds = std::strtod(retry.c_str(), nullptr);
  if (seconds <= longest_login_retry) return {Grade::ok, "server_login_retry", retry + " s"};
  return {Grade::warn, "server_login_retry",
          retry + " s: nobody connects for that long after a failed login",
          "server_login_retry = 1"};
}

HostPoint entries(const HostView& view) {
  std::string all;
  for (const auto& database : view.databases) {
    if (is_console(database)) continue;
    all += (all.empty() ? "" : ", ") + value_of(database, "name") + " → " +
           value_of(database, "host") + ":" + value_of(database, "port");
  }
  if (!all.empty()) return {Grade::ok, "entries", all};
  return {Grade::fail, "entries", "it serves no database", "add a line to [databases]"};
}

}  // namespace

std::vector<HostPoint> host_points(const HostView& view) {
  return {entries(view),        listens(view),     pool_mode(view),   client_tls(view),
          authentication(view), user_list(view),   login_point(view), admin_user(view),
          client_places(view),  descriptors(view), login_retry(view)};
}

std::optional<std::uint64_t> descriptor_limit_in(const std::string& limits) {
  const std::string name = "Max open files";
  const auto at = limits.find(name);
  if (at == std::string::npos) return std::nullopt;
  std::istringstream rest(limits.substr(at + name.size()));
  std::uint64_t soft = 0;
  if (!(rest >> soft)) return std::nullopt;
  return soft;
}

}  // namespace cutover::agent
