#include "tests/faults/faults.h"

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "controller/cutover/plan.h"
#include "tests/faults/network_faults.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/process_list.h"
#include "tests/support/sql_session.h"
#include "tests/support/stopped_process.h"
#include "tests/support/temporary_directory.h"

namespace cutover::faults {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds longer_than_the_lease(2'500);
constexpr int bypassing_writers = 2;
constexpr const char* edit = "\n; edited by somebody else\n";
constexpr const char* past_the_setting = " options='-c default_transaction_read_only=off'";

void write_past_the_bouncers(Scene& scene, const std::string& conninfo) {
  scene.writers.push_back(std::make_unique<support::LoadDriver>(
      support::LoadOptions{.bouncers = {conninfo},
                           .schema = scene.fleet.rig().options().schema,
                           .clients = bypassing_writers,
                           .first_client = 1'000,
                           .writes_per_second = 50}));
}

/// As superuser, whatever the setting says; what cannot be done at that moment is not done.
void on_blue(Scene& scene, const std::string& sql) {
  support::SqlSession(scene.fleet.rig().blue_conninfo() + past_the_setting).run(sql);
}

void on_green(Scene& scene, const std::string& sql) {
  support::SqlSession(scene.fleet.rig().green_conninfo() + past_the_setting).run(sql);
}

void open_a_transaction(Scene& scene) {
  auto conninfos = scene.moment.bouncers_pause ? std::vector<std::string>{}
                                               : scene.fleet.rig().client_conninfos();
  conninfos.push_back(scene.fleet.rig().blue_conninfo());
  for (const auto& conninfo : conninfos) {
    scene.sessions.push_back(std::make_unique<support::SqlSession>(conninfo));
    scene.sessions.back()->run("BEGIN; SELECT count(*) FROM load.client");
  }
}

/// What a full disk does to PostgreSQL, which ignores the signal: every write fails.
void limit_files(support::PostgresServer& server, const std::string& bytes) {
  std::ifstream file(server.data_directory() / "postmaster.pid");
  pid_t postmaster = 0;
  if (!(file >> postmaster)) return;
  auto processes = support::children_of(postmaster);
  processes.push_back(postmaster);
  for (const pid_t process : processes) {
    support::ChildOptions prlimit;
    prlimit.argv = {"prlimit", "--pid", std::to_string(process), "--fsize=" + bytes + ":unlimited"};
    prlimit.user = support::server_user();
    support::run_program(std::move(prlimit));  // one that ended meanwhile has no limits
  }
}

void start_again(support::PostgresServer& server) {
  if (server.is_running()) return;
  server.start();
}

fs::path clock_file(Scene& scene) {
  return scene.fleet.rig().config_path().parent_path() / "clock";
}

void kill_controller(Scene& scene) {
  ::kill(scene.controller.parent, SIGKILL);
  ::kill(scene.controller.worker, SIGKILL);
}

/// As after a weekend without green: what green has not received is no longer kept.
void invalidate_the_slot(Scene& scene) {
  on_blue(scene, "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
  on_blue(scene, "SELECT pg_reload_conf()");
  support::SqlSession green(scene.fleet.rig().green_conninfo());
  const auto worker = green.run("SELECT pid FROM pg_stat_subscription WHERE subname = 'cutover'");
  const auto pid = static_cast<pid_t>(std::atol(worker.value().c_str()));
  const support::StoppedProcess stopped(pid);
  const bool is_lost = support::eventually(seconds(10), [&] {
    for (const char* act : {"SELECT txid_current()", "SELECT pg_switch_wal()", "CHECKPOINT"})
      on_blue(scene, act);
    support::SqlSession blue(scene.fleet.rig().blue_conninfo());
    const auto status =
        blue.run("SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'cutover'");
    return status.value().empty() || status.value() == "lost";
  });
  if (!is_lost) throw std::runtime_error("the slot is not lost");
}

std::vector<Fault> of_processes() {
  return {
      {"controller SIGKILL", kill_controller},
      {"controller SIGSTOP longer than the lease",
       [](Scene& it) {
         ::kill(it.controller.worker, SIGSTOP);
         it.fleet.load().everyone_wrote(1, longer_than_the_lease);  // the lease runs out
         ::kill(it.controller.worker, SIGCONT);
       }},
      {"agent SIGKILL", [](Scene& it) { it.fleet.rig().agent(0).kill9(); },
       [](Scene& it) { it.fleet.rig().agent(0).start(); }},
      {.name = "the other agent SIGKILL, which has not switched",
       .strike = [](Scene& it) { it.fleet.rig().agent(late_host).kill9(); },
       .heal = [](Scene& it) { it.fleet.rig().agent(late_host).start(); },
       .half_only = true},
      {.name = "the other bouncer SIGKILL, which has not switched",
       .strike =
           [](Scene& it) {
             it.fleet.rig().pgbouncer(late_host).kill9();
             it.fleet.rig().pgbouncer(late_host).start();
           },
       .half_only = true},
      {.name = "controller and that agent SIGKILL",
       .strike =
           [](Scene& it) {
             kill_controller(it);
             it.fleet.rig().agent(late_host).kill9();
           },
       .heal = [](Scene& it) { it.fleet.rig().agent(late_host).start(); },
       .half_only = true},
      {"agent restart", [](Scene& it) { it.fleet.rig().agent(0).ask_to_stop(); },
       [](Scene& it) {
         it.fleet.rig().agent(0).wait_for_end();
         it.fleet.rig().agent(0).start();
       }},
      {"bouncer SIGKILL",
       [](Scene& it) {
         it.fleet.rig().pgbouncer(0).kill9();
         it.fleet.rig().pgbouncer(0).start();
       }},
      {"a second controller started",
       [](Scene& it) {
         const auto second = it.fleet.rig().cutover({"--no-dry-run", "--yes"});
         const bool may_come_first = it.moment.step == "claim";
         if (second.exit_code == 0 && !may_come_first)
           throw std::runtime_error("two cutovers at once");
       }},
  };
}

std::vector<Fault> of_servers() {
  return {
      {"blue restart", [](Scene& it) { it.fleet.rig().blue().restart(); }},
      {"green restart", [](Scene& it) { it.fleet.rig().green().restart(); }},
      {"walsender killed",
       [](Scene& it) { on_blue(it, "SELECT pg_terminate_backend(pid) FROM pg_stat_replication"); }},
      {"apply worker fails, a row conflicts with green",
       [](Scene& it) {
         on_green(it,
                  "ALTER TABLE cutover.marker_cutover ADD CONSTRAINT conflict "
                  "CHECK (side = 'green') NOT VALID");
       },
       [](Scene& it) {
         on_green(it, "ALTER TABLE cutover.marker_cutover DROP CONSTRAINT conflict");
       },
       false, false, "mark"},
      {"slot gone",
       [](Scene& it) {
         on_blue(it, "SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
         for (int tries = 0; tries < 50; ++tries)
           on_blue(it,
                   "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                   "WHERE slot_name = 'cutover' AND NOT active");
       }},
      {"slot invalidated", invalidate_the_slot},
      {"green's disk full", [](Scene& it) { limit_files(it.fleet.rig().green(), "1"); },
       [](Scene& it) {
         limit_files(it.fleet.rig().green(), "unlimited");
         start_again(it.fleet.rig().green());
       }},
  };
}

std::vector<Fault> of_hosts() {
  return {
      {"the ini's directory takes no file",
       [](Scene& it) { fs::permissions(it.fleet.rig().pgbouncer(0).directory(), fs::perms(0555)); },
       [](Scene& it) {
         fs::permissions(it.fleet.rig().pgbouncer(0).directory(), fs::perms(0755));
       }},
      {"ini edited by someone else",
       [](Scene& it) {
         std::ofstream(it.fleet.rig().pgbouncer(0).ini_path(), std::ios::app) << edit;
       },
       [](Scene&) {}, false, false, "decide", false,
       [](Scene& it) {
         const auto text = support::read_file(it.fleet.rig().pgbouncer(0).ini_path());
         return text.find(edit) == std::string::npos ? "what somebody else wrote is gone" : "";
       }},
      {"clock steps by an hour", [](Scene& it) { std::ofstream(clock_file(it)) << "+3600\n"; },
       [](Scene&) {}, false, /*fakes_time=*/true},
      {"clock steps back by an hour", [](Scene& it) { std::ofstream(clock_file(it)) << "-3600\n"; },
       [](Scene&) {}, false, /*fakes_time=*/true},
  };
}

std::vector<Fault> of_clients() {
  return {
      {"DDL on a published table",
       [](Scene& it) {
         on_blue(it, "SET lock_timeout = '300ms'; ALTER TABLE load.write_1 ADD COLUMN sudden int");
       },
       [](Scene&) {}, false, false, "hold"},
      {"writers past the bouncers",
       [](Scene& it) {
         const auto port = std::to_string(it.fleet.rig().blue().port());
         write_past_the_bouncers(it, "host=127.0.0.1 port=" + port + " dbname=app user=app");
       },
       [](Scene&) {}, false, false, "claim", /*lasts=*/true},
      {"superusers write past the bouncers",
       [](Scene& it) {
         write_past_the_bouncers(it, it.fleet.rig().blue_conninfo() + past_the_setting);
       },
       [](Scene&) {}, false, false, "claim", /*lasts=*/true},
      {"a transaction that never ends", open_a_transaction, [](Scene&) {}, false, false, "pause"},
  };
}

}  // namespace

const std::vector<Moment>& all_moments() {
  static const std::vector<Moment> moments = {
      {"before the decision"},
      {"between decision and switch", "second gate", /*bouncers_pause=*/true},
      {"as the switch begins", "switch", /*bouncers_pause=*/true},
      {"one bouncer has switched", "switch", /*bouncers_pause=*/true, /*half_switched=*/true,
       /*only_green=*/true}};
  return moments;
}

std::vector<Moment> every_step() {
  std::vector<Moment> moments;
  bool has_switched = false;
  for (const auto& step : cutover_plan(RunLimits{}).steps) {
    const bool is_paused = step.holds_clients && step.name != "pause";
    moments.push_back({step.name, step.name, is_paused, false, has_switched});
    has_switched = has_switched || step.name == "switch";
  }
  return moments;
}

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> faults = [] {
    std::vector<Fault> all;
    for (auto&& part :
         {of_processes(), faults_of_the_network(), of_servers(), of_hosts(), of_clients()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return faults;
}

bool strikes_at(const Fault& fault, const Moment& moment) {
  if (fault.half_only) return moment.half_switched;
  return !fault.lasts || moment.name == all_moments().front().name;
}

}  // namespace cutover::faults
