// The jumpbox itself: files, logins, ssh, agents. Each point is a check report, so that --json and
// the exit code are as elsewhere.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "common/base/version.h"
#include "controller/checks/check_context.h"
#include "controller/checks/open_context.h"
#include "controller/commands/commands.h"
#include "controller/commands/journaled.h"
#include "controller/commands/jumpbox.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/journal/state_directory.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/report/explain.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr unsigned group_and_others = 077;

Finding pass(std::string detail) {
  return {CheckOutcome::pass, std::move(detail), {}};
}
Finding fail(std::string detail, std::string hint) {
  return {CheckOutcome::fail, std::move(detail), std::move(hint)};
}

Finding state_dir(const Config& config) {
  const auto usable = expect_usable(config.state_dir);
  if (!usable) return fail(usable.error().what, usable.error().hint);
  return pass(config.state_dir.string());
}

/// libpq ignores a password file that others may read, and says so only on stderr.
Finding password_file() {
  const char* from_environment = std::getenv("PGPASSFILE");
  const char* home = std::getenv("HOME");
  const fs::path path =
      from_environment ? fs::path(from_environment) : fs::path(home ? home : "/") / ".pgpass";
  struct stat found {};
  if (stat(path.c_str(), &found) != 0)
    return pass(fmt::format("{} does not exist: no password comes from there", path.string()));
  if ((found.st_mode & group_and_others) == 0) return pass(path.string());
  return fail(fmt::format("{} may be read by others, so libpq ignores it", path.string()),
              fmt::format("chmod 600 {}", path.string()));
}

Finding key_file(const BouncerConfig& bouncer) {
  if (bouncer.transport == Transport::unix_socket) return pass("not needed: a unix socket");
  if (bouncer.identity.empty()) {
    const char* agent = std::getenv("SSH_AUTH_SOCK");
    return agent ? pass("the ssh agent")
                 : fail("no identity is configured and no ssh agent runs",
                        "set identity, or start ssh-agent");
  }
  struct stat found {};
  if (stat(bouncer.identity.c_str(), &found) != 0) {
    return fail(fmt::format("{} does not exist", bouncer.identity.string()),
                "set identity of this bouncer to its private key");
  }
  if ((found.st_mode & group_and_others) == 0) return pass(bouncer.identity.string());
  return fail(fmt::format("{} may be read by others", bouncer.identity.string()),
              fmt::format("chmod 600 {}", bouncer.identity.string()));
}

Finding host_keys(const BouncerConfig& bouncer) {
  if (bouncer.transport == Transport::unix_socket) return pass("not needed: a unix socket");
  if (fs::exists(bouncer.known_hosts)) return pass(bouncer.known_hosts.string());
  return fail(
      fmt::format("{} does not exist, so no host key can be trusted", bouncer.known_hosts.string()),
      fmt::format("ssh {} once and compare the fingerprint with the one on its console",
                  bouncer.host));
}

Finding server(const ReadOnlyServer& one) {
  if (!one.is_reachable()) return fail(one.why_not().what, one.why_not().hint);
  return pass(fmt::format("{} answers, version {}.{}", one.name(), one.version() / 10000,
                          one.version() % 10000));
}

Finding agent(const BouncerOutcome& connected, const proto::Hello& hello) {
  if (!connected.outcome.is_done()) return fail(connected.outcome.detail, connected.outcome.hint);
  return pass(fmt::format("agent {} answers", hello.program_version()));
}

/// Asked to run something else, a key bound to the agent's bridge leads to the agent all the same.
Task<std::vector<BouncerOutcome>> ask_for_more(asio::any_io_executor executor, Config config) {
  for (auto& bouncer : config.bouncers) bouncer.command = "true";
  BouncerFleet fleet(executor, config);
  auto connected = co_await fleet.connect();
  co_return connected;
}

Finding key_is_bound(const BouncerConfig& bouncer, const BouncerOutcome& asked_for_more) {
  if (bouncer.transport == Transport::unix_socket) return pass("not needed: a unix socket");
  if (asked_for_more.outcome.is_done()) return pass("runs the agent's bridge and nothing else");
  return {CheckOutcome::warn, "its key may run more than the agent's bridge",
          fmt::format("command=\"{}\",restrict before the key in authorized_keys of {}",
                      bouncer.command, bouncer.host)};
}

Task<std::vector<CheckReport>> examine(asio::any_io_executor executor, const Config& config) {
  std::vector<CheckReport> reports{{"state_dir", state_dir(config)},
                                   {"password_file", password_file()}};
  for (auto& report : examine_jumpbox()) reports.push_back(std::move(report));
  const auto databases = co_await open_servers(config);
  for (const auto& database : databases) {
    reports.push_back({"blue of " + database.config.name, server(database.blue)});
    reports.push_back({"green of " + database.config.name, server(database.green)});
  }
  BouncerFleet bouncers(executor, config);
  const auto connected = co_await bouncers.connect();
  const auto asked_for_more = co_await ask_for_more(executor, config);
  auto hellos = bouncers.hellos();
  for (std::size_t i = 0; i < connected.size(); ++i) {
    const auto& name = connected[i].bouncer;
    reports.push_back({name + " key", key_file(config.bouncers[i])});
    reports.push_back({name + " host key", host_keys(config.bouncers[i])});
    reports.push_back({name + " agent", agent(connected[i], hellos[name])});
    if (connected[i].outcome.is_done())
      reports.push_back({name + " rights", key_is_bound(config.bouncers[i], asked_for_more[i])});
  }
  co_return reports;
}

}  // namespace

CommandResult doctor_command(const CommandLine& line, const Config& config) {
  CommandResult result;
  result.checks = run_task<std::vector<CheckReport>>(
      [&](asio::any_io_executor executor) { return examine(executor, config); });
  Screen(line).print(explain_checks(result.checks));
  if (has_failure(result.checks)) {
    end_as(result, RunOutcome::refused,
           {"something on this jumpbox is not as it should be",
            "each failed point above says what to do"});
  }
  write_to_journal(config, label_of(line.command), result);
  return result;
}

}  // namespace cutover
