// See probe_users.h.
#include "agent/probe_users.h"

#include <filesystem>
#include <set>

#include "common/base/durable_file.h"

namespace cutover::agent {
namespace {

constexpr std::size_t users_tried = 20;

std::set<std::string> users_of(const RealOne& real, const std::string& entry) {
  std::set<std::string> users;
  for (const ConsoleRow& row : real.pools)
    if (text_of(row, "database") == entry) users.insert(text_of(row, "user"));
  if (!users.empty()) return users;
  const auto of_the_console = console_users(ini::effective_settings(real.files));
  for (const auto& [user, secret] : real.secrets)
    if (users.size() < users_tried && !of_the_console.contains(user)) users.insert(user);
  return users;
}

}  // namespace

Task<Result<RealOne>> look_at_real_one(Bouncer& bouncer) {
  RealOne real;
  const auto running = co_await settings_of(bouncer.console());
  const std::string pidfile = running.has_value() ? text_of(running.value(), "pidfile") : "";
  real.process = find_process(bouncer.config().admin, pidfile);
  const std::string directory = real.process ? real.process->working_directory : "";
  auto files = ini::load_config(bouncer.config().ini, directory, read_file);
  if (files.has_error()) co_return files.error();
  real.files = std::move(files.value());
  auto pools = co_await bouncer.console().ask("SHOW POOLS");
  if (pools.has_value()) real.pools = std::move(pools.value().rows);
  const auto settings = ini::effective_settings(real.files);
  const auto auth_file = settings.find("auth_file");
  if (auth_file != settings.end()) {
    const auto absolute = std::filesystem::path(directory) / auth_file->second;
    const auto text = read_file(absolute.string());
    if (text.has_value()) real.secrets = parse_auth_file(text.value());
  }
  co_return real;
}

std::vector<Attempt> attempts_for(const RealOne& real, const std::string& entry) {
  std::vector<Attempt> attempts;
  const ini::Entry* const written = ini::find_entry(real.files, entry);
  const bool has_password =
      written != nullptr && ini::find_parameter(written->parameters, "password") != nullptr;
  const ini::Parameter* const forced =
      written == nullptr ? nullptr : ini::find_parameter(written->parameters, "user");
  const auto users =
      forced != nullptr ? std::set<std::string>{forced->value} : users_of(real, entry);
  for (const std::string& user : users) {
    const auto secret = real.secrets.find(user);
    attempts.push_back(
        {entry, user, secret == real.secrets.end() ? "" : secret->second, has_password});
  }
  return attempts;
}

}  // namespace cutover::agent
