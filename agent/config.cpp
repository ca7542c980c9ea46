// See config.h.
#include "agent/config.h"

#include <set>

#include "common/base/durable_file.h"
#include "common/postgres/connection.h"
#include "common/toml/toml_file.h"

namespace cutover::agent {
namespace {

void expect_absolute(const TomlTable& table, const char* key, const std::string& path) {
  if (!path.empty() && path.front() != '/')
    table.problem_at(key, std::string(key) + " is not an absolute path: " + path,
                     "begin it with /");
}

void expect_name(const TomlTable& table, const std::string& name, std::set<std::string>& names) {
  const auto legal = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  };
  if (!std::all_of(name.begin(), name.end(), legal))
    table.problem_at("name", "name of a pgbouncer is not legal: " + name,
                     "use letters, digits, - and _");
  if (!name.empty() && !names.insert(name).second)
    table.problem_at("name", "two [[pgbouncer]] are named " + name, "give each its own name");
}

void expect_conninfo(const TomlTable& table, const std::string& conninfo) {
  if (conninfo.empty()) return;
  const auto dbname = postgres::parameter_of(conninfo, "dbname");
  if (dbname.has_error()) {
    table.problem_at("admin", "admin is no conninfo: " + dbname.error().what,
                     "write it as: host=/var/run/postgresql port=6432 user=pgbouncer "
                     "dbname=pgbouncer");
  } else if (dbname.value().value_or("") != "pgbouncer") {
    table.problem_at("admin", "admin does not lead to the console", "add dbname=pgbouncer");
  }
}

BouncerConfig read_bouncer(const TomlTable& table, std::set<std::string>& names) {
  BouncerConfig bouncer;
  bouncer.name = table.required_text("name");
  bouncer.ini = table.required_text("ini");
  bouncer.admin = table.required_text("admin");
  expect_name(table, bouncer.name, names);
  expect_absolute(table, "ini", bouncer.ini);
  expect_conninfo(table, bouncer.admin);
  return bouncer;
}

void expect_listen(const TomlTable& table, const std::string& listen) {
  if (listen.empty()) return;
  const auto colon = listen.rfind(':');
  const std::string port = colon == std::string::npos ? "" : listen.substr(colon + 1);
  const bool is_port = !port.empty() && port.size() <= 5 &&
                       port.find_first_not_of("0123456789") == std::string::npos &&
                       std::stoi(port) <= 65535;
  if (colon == 0 || !is_port)
    table.problem_at("listen", "listen is no address: " + listen,
                     "write HOST:PORT, e.g. 127.0.0.1:19127, or \"\" for none");
}

}  // namespace

Result<AgentConfig> parse_config(const std::string& text, const std::string& path) {
  const TomlFile file(text, path);
  const TomlTable root = file.root();
  AgentConfig config;
  const TomlTable agent = root.table("agent");
  config.socket = agent.text("socket", config.socket);
  config.group = agent.text("group", config.group);
  config.state_dir = agent.text("state_dir", config.state_dir);
  expect_absolute(agent, "socket", config.socket);
  expect_absolute(agent, "state_dir", config.state_dir);
  if (config.socket.size() > 100)
    agent.problem_at("socket", "socket is longer than a unix socket's path may be",
                     "choose a path of at most 100 bytes");
  std::set<std::string> names;
  for (const TomlTable& table : root.tables("pgbouncer"))
    config.bouncers.push_back(read_bouncer(table, names));
  if (config.bouncers.empty() && file.is_toml())
    root.problem("there is no [[pgbouncer]]", "add one for every PgBouncer process of this host");
  const TomlTable metrics = root.table("metrics");
  config.metrics_listen = metrics.text("listen", config.metrics_listen);
  expect_listen(metrics, config.metrics_listen);
  if (const auto problems = file.problems()) return *problems;
  return config;
}

Result<AgentConfig> load_config(const std::string& path) {
  const auto text = read_file(path);
  if (text.has_error())
    return Error{text.error().what, "name another file with --config, or write " + path};
  return parse_config(text.value(), path);
}

}  // namespace cutover::agent
