// See jumpbox_points.h.
#include "controller/commands/jumpbox_points.h"

#include <fmt/format.h>

namespace cutover {
namespace {

constexpr unsigned group_and_others = 077;

Finding pass(std::string detail) {
  return {CheckOutcome::pass, std::move(detail), {}};
}
Finding warn(std::string detail, std::string hint) {
  return {CheckOutcome::warn, std::move(detail), std::move(hint)};
}
Finding fail(std::string detail, std::string hint) {
  return {CheckOutcome::fail, std::move(detail), std::move(hint)};
}

Finding state_dir(const MachineView& machine) {
  if (machine.state_dir_problem)
    return fail(machine.state_dir_problem->what, machine.state_dir_problem->hint);
  return pass(machine.state_dir.string());
}

/// libpq ignores a password file that others may read, and says so only on stderr.
Finding password_file(const FoundFile& file) {
  const std::string path = file.path.string();
  if (!file.mode) return pass(fmt::format("{} does not exist: no password comes from there", path));
  if ((*file.mode & group_and_others) == 0) return pass(path);
  return fail(fmt::format("{} may be read by others, so libpq ignores it", path),
              fmt::format("chmod 600 {}", path));
}

Finding program(const FoundProgram& wanted) {
  if (wanted.is_installed) return pass("installed");
  return warn(fmt::format("is not installed: {}", wanted.purpose),
              fmt::format("apt-get install {}", wanted.package));
}

/// Only who came over ssh loses a session with the connection.
Finding session(const MachineView& machine) {
  if (!machine.comes_over_ssh) return pass("this is no ssh session");
  if (machine.outlives_its_connection) return pass("runs in tmux or screen");
  return warn("this session ends with its ssh connection", "tmux new -s cutover");
}

Finding server(const ServerView& one) {
  if (one.why_not) return fail(one.why_not->what, one.why_not->hint);
  return pass(fmt::format("{} answers, version {}.{}", one.answers_as, one.version / 10000,
                          one.version % 10000));
}

Finding key_file(const BouncerView& bouncer, bool has_ssh_agent) {
  const Transport transport = bouncer.config.transport;
  const std::string path = bouncer.identity.path.string();
  if (transport == Transport::unix_socket) return pass("not needed: a unix socket");
  if (path.empty() && has_ssh_agent) return pass("the ssh agent");
  if (path.empty() && transport == Transport::openssh)
    return pass("none is configured: ssh takes those of its own configuration");
  if (path.empty())
    return fail("no identity is configured and no ssh agent runs",
                "set identity, or start ssh-agent");
  if (!bouncer.identity.mode)
    return fail(fmt::format("{} does not exist", path),
                "set identity of this bouncer to its private key");
  if ((*bouncer.identity.mode & group_and_others) == 0) return pass(path);
  return fail(fmt::format("{} may be read by others", path), fmt::format("chmod 600 {}", path));
}

/// OpenSSH may know the host from the machine's own list, too.
Finding host_keys(const BouncerView& bouncer) {
  const Transport transport = bouncer.config.transport;
  const std::string path = bouncer.known_hosts.path.string();
  if (transport == Transport::unix_socket) return pass("not needed: a unix socket");
  if (bouncer.known_hosts.mode) return pass(path);
  const std::string hint = fmt::format(
      "ssh {} once and compare the fingerprint with the one on its console", bouncer.config.host);
  if (transport == Transport::openssh) return warn(fmt::format("{} does not exist", path), hint);
  return fail(fmt::format("{} does not exist, so no host key can be trusted", path), hint);
}

Finding agent(const BouncerView& bouncer) {
  if (!bouncer.connected.is_done()) return fail(bouncer.connected.detail, bouncer.connected.hint);
  return pass(fmt::format("agent {} answers", bouncer.agent_version));
}

Finding rights(const BouncerView& bouncer) {
  if (bouncer.config.transport == Transport::unix_socket) return pass("not needed: a unix socket");
  if (!bouncer.may_run_more) return pass("runs the agent's bridge and nothing else");
  return warn("its key may run more than the agent's bridge",
              fmt::format("command=\"{}\",restrict before the key in authorized_keys of {}",
                          bouncer.config.command, bouncer.config.host));
}

/// It answered, and asked for what is kept nowhere: psql asks at the terminal.
bool is_only_asked_for_a_password(const ConsoleTrial& trial) {
  return !trial.has_password &&
         trial.why_not->what.find("no password supplied") != std::string::npos;
}

/// Nothing of a cutover needs it.
Finding console(const BouncerView& bouncer) {
  const ConsoleTrial& trial = *bouncer.console;
  if (!trial.why_not) return pass("opens over the clients' port");
  if (is_only_asked_for_a_password(trial))
    return pass("answers over the clients' port; its password is not kept here");
  const std::string& hint = trial.why_not->hint;
  return warn(fmt::format("`cutover psql {}` gets no console: {}", bouncer.config.name,
                          trial.why_not->what),
              hint.empty() ? "is its port open to this machine, and is the password of its first "
                             "admin user in ~/.pgpass (HOST:*:pgbouncer:USER:PASSWORD)?"
                           : hint);
}

void add_machine(const MachineView& machine, std::vector<CheckReport>& reports) {
  reports.push_back({"state_dir", state_dir(machine)});
  reports.push_back({"password_file", password_file(machine.password_file)});
  for (const auto& wanted : machine.programs) reports.push_back({wanted.name, program(wanted)});
  reports.push_back({"session", session(machine)});
}

void add_bouncer(const BouncerView& bouncer, bool has_ssh_agent,
                 std::vector<CheckReport>& reports) {
  const std::string& name = bouncer.config.name;
  reports.push_back({name + " key", key_file(bouncer, has_ssh_agent)});
  reports.push_back({name + " host key", host_keys(bouncer)});
  reports.push_back({name + " agent", agent(bouncer)});
  if (!bouncer.connected.is_done()) return;
  reports.push_back({name + " rights", rights(bouncer)});
  if (bouncer.console) reports.push_back({name + " console", console(bouncer)});
}

}  // namespace

std::vector<CheckReport> jumpbox_points(const JumpboxView& view) {
  std::vector<CheckReport> reports;
  add_machine(view.machine, reports);
  for (const auto& one : view.servers) reports.push_back({one.name, server(one)});
  for (const auto& bouncer : view.bouncers)
    add_bouncer(bouncer, view.machine.has_ssh_agent, reports);
  return reports;
}

}  // namespace cutover
