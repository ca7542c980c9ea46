// See private_bouncer.h.
#include "agent/private_bouncer.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cutover::agent {
namespace {

/// What decides whether and how a server lets PgBouncer in.
constexpr std::array kept_settings = {
    "auth_file",           "auth_query",           "auth_user",
    "auth_dbname",         "server_tls_sslmode",   "server_tls_ca_file",
    "server_tls_key_file", "server_tls_cert_file", "server_tls_protocols",
    "server_tls_ciphers",  "server_tls13_ciphers", "ignore_startup_parameters",
    "dns_max_ttl",         "resolv_conf",          "server_connect_timeout"};

bool is_server_parameter(const std::string& name) {
  return name == "dbname" || name == "user" || name == "password" || name == "auth_user" ||
         name == "auth_query" || name == "auth_dbname" || name == "connect_query" ||
         name == "client_encoding" || name == "datestyle" || name == "timezone";
}

/// A quoted name is a syntax error up to 1.24 at least, so only what needs quotes gets them.
std::string written_name(const std::string& name) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string("_.*-").find(c) != std::string::npos;
  };
  return std::ranges::all_of(name, plain) ? name : "'" + name + "'";
}

Result<std::string> parameter(const std::string& name, const std::string& value) {
  const auto written = ini::write_value(value, ini::Quoting::always);
  if (written.has_error()) return within_context(name, written.error());
  return text_result(" " + name + "=" + written.value());
}

Result<std::string> entry_line(const ini::Entry& entry, const Route& route) {
  std::string line = written_name(entry.name) + " =";
  std::map<std::string, std::string> values;
  for (const ini::Parameter& given : entry.parameters)
    if (is_server_parameter(given.name)) values[given.name] = given.value;
  if (!route.host.empty()) values["host"] = route.host;
  if (!route.port.empty()) values["port"] = route.port;
  for (const auto& [name, value] : values) {
    const auto written = parameter(name, value);
    if (written.has_error()) return within_context("entry " + entry.name, written.error());
    line += written.value();
  }
  return text_result(line + "\n");
}

}  // namespace

Result<std::string> private_ini(const ini::ConfigFiles& files,
                                const PrivateBouncerOptions& options) {
  std::string text = "[databases]\n";
  for (const Move& move : options.moves) {
    const ini::Entry* const entry = ini::find_entry(files, move.entry);
    if (entry == nullptr) return Error{"the files have no entry " + move.entry};
    const Route current{entry->host, entry->port};
    const auto line = entry_line(*entry, options.to_new_route ? move.to : current);
    if (line.has_error()) return line.error();
    text += line.value();
  }
  text +=
      "[pgbouncer]\nlisten_addr =\nauth_type = trust\n"
      "pool_mode = session\nserver_login_retry = 0\nlog_connections = 0\n"
      "log_disconnections = 0\nlog_stats = 0\n";
  text += "listen_port = " + std::to_string(private_port) + "\n";
  text += "unix_socket_dir = " + options.directory + "\n";
  const auto settings = ini::effective_settings(files);
  for (const char* name : kept_settings) {
    const auto found = settings.find(name);
    if (found != settings.end()) text += std::string(name) + " = " + found->second + "\n";
  }
  return text_result(std::move(text));
}

}  // namespace cutover::agent
