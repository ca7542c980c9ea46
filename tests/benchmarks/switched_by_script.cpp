#include "tests/benchmarks/switched_by_script.h"

#include <csignal>
#include <future>
#include <stdexcept>

#include "tests/support/eventually.h"

namespace cutover::bench {
namespace {

using support::LoadClock;
using namespace std::chrono_literals;

constexpr const char* database = "app";
constexpr int refused = 3;

support::RigOptions without_agents(support::RigOptions fleet) {
  fleet.agents = support::Agents::absent;
  fleet.layout = support::IniLayout::linked;
  fleet.reach = support::Reach::libssh2;  // for the sshd
  return fleet;
}

void subscribe(const support::PostgresServer& from, const support::PostgresServer& to,
               const std::string& name, const std::string& options) {
  to.sql("CREATE SUBSCRIPTION " + name + " CONNECTION " +
             support::sql_literal(from.conninfo(database)) + " PUBLICATION " + name +
             " WITH (origin = none, " + options + ")",
         database);
}

std::string ssh_command(const support::SshdServer& sshd) {
  return "ssh -q -p " + std::to_string(sshd.port()) + " -i " + sshd.identity().string() +
         " -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=" +
         sshd.known_hosts().string() + " " + sshd.user() + "@127.0.0.1";
}

std::string lines(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& each : all) text += (text.empty() ? "" : "\n") + each;
  return text;
}

}  // namespace

SwitchedByScript::SwitchedByScript(support::RigOptions fleet)
    : rig_(without_agents(std::move(fleet))) {
  rig_.blue().sql("CREATE PUBLICATION there FOR ALL TABLES", database);
  rig_.green().sql("CREATE PUBLICATION back FOR ALL TABLES", database);
  subscribe(rig_.green(), rig_.blue(), "back", "copy_data = false, enabled = false");
  subscribe(rig_.blue(), rig_.green(), "there", "copy_data = false");
  wait_until_applied();
  rig_.analyze_green();
}

std::string SwitchedByScript::live_conninfo() const {
  return on_blue_ ? rig_.blue_conninfo() : rig_.green_conninfo();
}

support::Finished SwitchedByScript::run(const std::string& script, const std::string& only_check) {
  support::ChildOptions child{.argv = {CUTOVER_ALTERNATIVES "/" + script}};
  std::vector<std::string> links;
  for (int host = 0; host < rig_.options().hosts; ++host)
    links.push_back(rig_.pgbouncer(host).ini_path().string());
  child.environment = {{"SOURCE", source().conninfo(database)},
                       {"TARGET", target().conninfo(database)},
                       {"SLOT", slot()},
                       {"CONSOLES", lines(rig_.console_conninfos())},
                       {"LINKS", lines(links)},
                       {"SIDE", on_blue_ ? "green" : "blue"},
                       {"SSH", ssh_command(rig_.sshd())},
                       {"ONLY_CHECK", only_check}};
  return support::run_program(child, 120s);
}

bool SwitchedByScript::may_begin() {
  const auto finished = run("runbook_switch", "yes");
  if (finished.exit_code != 0 && finished.exit_code != refused)
    throw std::runtime_error("the script failed: " + finished.output + finished.errors);
  return finished.exit_code == 0;
}

void SwitchedByScript::restart_bouncers() {
  std::vector<std::future<void>> restarts;
  for (int host = 0; host < rig_.options().hosts; ++host) {
    restarts.push_back(std::async(std::launch::async, [this, host] {
      auto& bouncer = rig_.pgbouncer(host);
      ::kill(bouncer.pid(), SIGINT);  // what its unit does: transactions under way may end
      if (!support::eventually(20s, [&] { return !bouncer.is_running(); }))
        throw std::runtime_error("pgbouncer does not end");
      bouncer.start();
    }));
  }
  for (auto& restart : restarts) restart.get();
}

double SwitchedByScript::switch_by(Alternative alternative) {
  const bool by_runbook = alternative == Alternative::runbook;
  const auto begun = LoadClock::now();
  const auto finished = run(by_runbook ? "runbook_switch" : "read_only_switch");
  if (finished.exit_code != 0)
    throw std::runtime_error("the script failed: " + finished.output + finished.errors);
  if (!by_runbook) restart_bouncers();
  const double took = support::milliseconds(LoadClock::now() - begun);
  on_blue_ = !on_blue_;
  return by_runbook ? std::stod(finished.output) : took;
}

void SwitchedByScript::follow() {
  const char* forward = on_blue_ ? "there" : "back";
  const char* backward = on_blue_ ? "back" : "there";
  target().sql("ALTER DATABASE app RESET default_transaction_read_only");  // not from inside it
  target().sql(std::string("ALTER SUBSCRIPTION ") + forward + " ENABLE", database);
  source().sql(std::string("ALTER SUBSCRIPTION ") + backward + " DISABLE", database);
  wait_until_applied();
}

void SwitchedByScript::wait_until_applied() {
  const std::string mark = source().sql("SELECT pg_current_wal_insert_lsn()", database).value();
  const std::string applied = "SELECT bool_and(replay_lsn >= " + support::sql_literal(mark) +
                              ") FROM pg_stat_replication JOIN pg_replication_slots ON pid = "
                              "active_pid WHERE slot_name = " +
                              support::sql_literal(slot());
  const auto is_applied = [&] { return source().sql(applied, database).value() == "t"; };
  if (!support::eventually(60s, is_applied, 20ms))
    throw std::runtime_error("the side that was left does not follow");
}

}  // namespace cutover::bench
