// [[bouncer]]: the agents, and the entries they move.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "controller/config/agent_url.h"
#include "controller/config/home.h"
#include "controller/config/sections.h"

namespace cutover {
namespace {

constexpr const char* ssh_keys[] = {"identity", "known_hosts", "transport", "command"};

void refuse_ssh_keys(const TomlTable& table) {
  for (const auto* key : ssh_keys)
    if (table.has(key))
      table.problem_at(key, fmt::format("bouncer.{} is for agents behind ssh://", key),
                       "remove it, or change agent");
}

void read_agent(const TomlTable& table, BouncerConfig& bouncer) {
  const auto text = table.required_text("agent");
  const auto identity = table.text("identity");
  const auto known_hosts = table.text("known_hosts", "~/.ssh/known_hosts");
  const auto transport = table.one_of("transport", {"libssh2", "openssh"}, "libssh2");
  bouncer.command = table.text("command", bouncer.command);
  if (text.empty()) return;
  const auto url = parse_agent_url(text);
  if (!url)
    return table.problem_at("agent", "bouncer.agent: " + url.error().what, url.error().hint);
  bouncer.socket_path = url->socket_path;
  if (!url->socket_path.empty()) return refuse_ssh_keys(table);
  bouncer.transport = transport == "openssh" ? Transport::openssh : Transport::libssh2;
  bouncer.user = url->user.empty() ? current_user() : url->user;
  bouncer.host = url->host;
  bouncer.port = url->port;
  bouncer.identity = read_path(table, "identity", identity);
  bouncer.known_hosts = read_path(table, "known_hosts", known_hosts);
  if (bouncer.command.empty())
    table.problem_at("command", "bouncer.command is empty",
                     "the default is \"cutover-agent connect\"");
}

void check_entries(const TomlTable& table, const BouncerConfig& bouncer,
                   const std::vector<DatabaseConfig>& databases) {
  for (const auto& [entry, database] : bouncer.entries) {
    const bool known =
        std::any_of(databases.begin(), databases.end(),
                    [&wanted = database](const auto& one) { return one.name == wanted; });
    if (!known)
      table.problem_at("entries",
                       fmt::format("bouncer.entries: \"{}\" is no [[database]]", database),
                       fmt::format("entry \"{}\" needs the name of one of them", entry));
    const auto& ignored = bouncer.ignore_entries;
    if (std::find(ignored.begin(), ignored.end(), entry) != ignored.end())
      table.problem_at("ignore_entries",
                       fmt::format("entry \"{}\" is both moved and ignored", entry),
                       "remove it from entries or from ignore_entries");
  }
}

bool same_agent(const BouncerConfig& one, const BouncerConfig& other) {
  const bool has_address = !one.socket_path.empty() || !one.host.empty();
  return has_address && one.socket_path == other.socket_path && one.host == other.host &&
         one.port == other.port && one.command == other.command;
}

void check_against(const TomlTable& table, const BouncerConfig& bouncer,
                   const BouncerConfig& earlier) {
  if (!bouncer.name.empty() && bouncer.name == earlier.name)
    table.problem_at("name", fmt::format("two bouncers are named \"{}\"", bouncer.name),
                     "give each a name of its own");
  if (same_agent(bouncer, earlier))
    table.problem_at(
        "agent", fmt::format("\"{}\" and \"{}\" are the same agent", earlier.name, bouncer.name),
        "one agent serves all PgBouncer processes of its host: name it once");
}

bool moves(const BouncerConfig& bouncer, const std::string& database) {
  if (bouncer.entries.empty()) return true;
  return std::any_of(bouncer.entries.begin(), bouncer.entries.end(),
                     [&](const auto& entry) { return entry.second == database; });
}

void check_every_database_moves(const TomlTable& root, const std::vector<BouncerConfig>& bouncers,
                                const std::vector<DatabaseConfig>& databases) {
  for (const auto& database : databases) {
    const bool moved = std::any_of(bouncers.begin(), bouncers.end(), [&](const auto& bouncer) {
      return moves(bouncer, database.name);
    });
    if (!moved && !database.name.empty())
      root.problem_at(
          "bouncer", fmt::format("no entry of any bouncer leads to database \"{}\"", database.name),
          "add it to entries of a [[bouncer]], or remove the [[database]]");
  }
}

BouncerConfig read_bouncer(const TomlTable& table, const std::vector<DatabaseConfig>& databases) {
  BouncerConfig bouncer;
  bouncer.name = table.required_text("name");
  read_agent(table, bouncer);
  bouncer.entries = table.text_map("entries");
  bouncer.ignore_entries = table.texts("ignore_entries");
  check_entries(table, bouncer, databases);
  return bouncer;
}

}  // namespace

std::vector<BouncerConfig> read_bouncers(const TomlTable& root,
                                         const std::vector<DatabaseConfig>& databases) {
  std::vector<BouncerConfig> bouncers;
  const auto tables = root.tables("bouncer");
  for (const auto& table : tables) {
    auto bouncer = read_bouncer(table, databases);
    for (const auto& earlier : bouncers) check_against(table, bouncer, earlier);
    bouncers.push_back(std::move(bouncer));
  }
  if (!tables.empty()) check_every_database_moves(root, bouncers, databases);
  if (tables.empty() && !root.has("bouncer"))
    root.problem("no [[bouncer]]", "add one with name and agent");
  return bouncers;
}

}  // namespace cutover
