#include "tests/faults/faults.h"

#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/support/child_process.h"
#include "tests/support/process_list.h"
#include "tests/support/sql_session.h"
#include "tests/support/temporary_directory.h"

namespace cutover::faults {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

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
  const bool may_enter = scene.moment == Moment::before_the_decision;  // later the bouncers pause
  auto conninfos = may_enter ? scene.fleet.rig().client_conninfos() : std::vector<std::string>{};
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

std::vector<Fault> of_processes() {
  return {
      {"controller SIGKILL",
       [](Scene& it) {
         ::kill(it.controller.parent, SIGKILL);
         ::kill(it.controller.worker, SIGKILL);
       }},
      {"controller SIGSTOP longer than the lease",
       [](Scene& it) {
         ::kill(it.controller.worker, SIGSTOP);
         it.fleet.load().everyone_wrote(1, longer_than_the_lease);  // the lease runs out
         ::kill(it.controller.worker, SIGCONT);
       }},
      {"agent SIGKILL", [](Scene& it) { it.fleet.rig().agent(0).kill9(); },
       [](Scene& it) { it.fleet.rig().agent(0).start(); }},
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
         if (second.exit_code == 0) throw std::runtime_error("two cutovers at once");
       }},
  };
}

std::vector<Fault> of_the_network() {
  return {
      {"ssh cut", [](Scene& it) { it.fleet.rig().sshd().cut_connections(); }, [](Scene&) {},
       /*over_ssh=*/true},
      {"ssh connections go silent", [](Scene& it) { it.fleet.rig().sshd().freeze_connections(); },
       [](Scene& it) { it.fleet.rig().sshd().cut_connections(); }, /*over_ssh=*/true},
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
       false, false, "began mark"},
      {"slot gone",
       [](Scene& it) {
         on_blue(it, "SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
         for (int tries = 0; tries < 50; ++tries)
           on_blue(it,
                   "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                   "WHERE slot_name = 'cutover' AND NOT active");
       }},
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
       [](Scene&) {}, false, false, "began decide", false,
       [](Scene& it) {
         const auto text = support::read_file(it.fleet.rig().pgbouncer(0).ini_path());
         return text.find(edit) == std::string::npos ? "what somebody else wrote is gone" : "";
       }},
      {"clock steps by an hour", [](Scene& it) { std::ofstream(clock_file(it)) << "+3600\n"; },
       [](Scene&) {}, false, /*fakes_time=*/true},
  };
}

std::vector<Fault> of_clients() {
  return {
      {"DDL on a published table",
       [](Scene& it) {
         on_blue(it, "SET lock_timeout = '300ms'; ALTER TABLE load.write_1 ADD COLUMN sudden int");
       },
       [](Scene&) {}, false, false, "began hold"},
      {"writers past the bouncers",
       [](Scene& it) {
         const auto port = std::to_string(it.fleet.rig().blue().port());
         write_past_the_bouncers(it, "host=127.0.0.1 port=" + port + " dbname=app user=app");
       },
       [](Scene&) {}, false, false, "began claim", /*lasts=*/true},
      {"superusers write past the bouncers",
       [](Scene& it) {
         write_past_the_bouncers(it, it.fleet.rig().blue_conninfo() + past_the_setting);
       },
       [](Scene&) {}, false, false, "began claim", /*lasts=*/true},
      {"a transaction that never ends", open_a_transaction, [](Scene&) {}, false, false,
       "began pause"},
  };
}

}  // namespace

const char* name_of(Moment moment) {
  switch (moment) {
    case Moment::before_the_decision:
      return "before the decision";
    case Moment::between:
      return "between decision and switch";
    case Moment::during_the_switch:
      return "during the switch";
  }
  return "?";
}

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> faults = [] {
    std::vector<Fault> all;
    for (auto&& part : {of_processes(), of_the_network(), of_servers(), of_hosts(), of_clients()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return faults;
}

}  // namespace cutover::faults
