#include "tests/integration/cutover/fleet_under_load.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "tests/support/child_process.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

constexpr std::chrono::seconds patience{30};
constexpr int few_writes = 5;

std::size_t column(const support::SqlResult& result, const std::string& name) {
  const auto found = std::find(result.columns.begin(), result.columns.end(), name);
  return static_cast<std::size_t>(found - result.columns.begin());
}

}  // namespace

FleetUnderLoad::FleetUnderLoad(FleetOptions options) : rig_(std::move(options.rig)) {
  rig_.replicate();
  load_.emplace(rig_.start_load(options.load));
  if (!everyone_writes()) throw std::runtime_error("the writers do not write\n" + rig_.logs());
}

bool FleetUnderLoad::everyone_writes() const {
  return load_->everyone_wrote(few_writes, patience);
}

support::LoadVerdict FleetUnderLoad::verdict() {
  return rig_.stop_and_verify(*load_);
}

support::LoadVerdict FleetUnderLoad::verdict_on_blue() {
  load_->stop();
  return support::verify_load(*load_, rig_.blue_conninfo());
}

support::ChildOptions FleetUnderLoad::dying_cutover(
    const std::string& order, const std::vector<std::string>& arguments) const {
  support::ChildOptions child;
  child.argv = {CUTOVER_DYING_PROGRAM, "--config", rig_.config_path().string()};
  child.argv.insert(child.argv.end(), arguments.begin(), arguments.end());
  std::filesystem::remove(marker());
  child.environment["CUTOVER_TEST_KILL"] = order;
  child.environment["CUTOVER_TEST_KILL_MARKER"] = marker().string();
  child.environment["PGPASSFILE"] = (rig_.config_path().parent_path() / "pgpass").string();
  return child;
}

std::filesystem::path FleetUnderLoad::marker() const {
  return rig_.config_path().parent_path() / "killed";
}

support::Finished FleetUnderLoad::cutover_that_kills(const std::string& order,
                                                     const std::vector<std::string>& arguments) {
  auto ended = support::run_program(dying_cutover(order, arguments), std::chrono::seconds(90));
  const bool is_killed = std::filesystem::exists(marker()) &&
                         (order.rfind("both@", 0) != 0 || ended.exit_code == 128 + SIGKILL);
  if (!is_killed)
    throw std::runtime_error("nobody was killed by " + order + "\n" + ended.output + ended.errors +
                             rig_.logs());
  return ended;
}

std::vector<std::string> FleetUnderLoad::entry_ports() {
  std::vector<std::string> ports;
  for (int host = 0; host < rig_.options().hosts; ++host) {
    for (int process = 0; process < rig_.options().pgbouncers_per_host; ++process) {
      const auto databases = rig_.pgbouncer(host, process).console("SHOW DATABASES");
      const auto name = column(databases, "name");
      const auto port = column(databases, "port");
      for (const auto& row : databases.rows) {
        if (row.at(name) != "pgbouncer") ports.push_back(row.at(port));
      }
    }
  }
  return ports;
}

std::vector<std::string> FleetUnderLoad::left_behind() {
  const std::vector<std::pair<std::string, std::string>> traces = {
      {"fence triggers",
       "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'cutover_fence%' "
       "AND tgrelid::regclass::text NOT LIKE 'cutover.%'"},
      {"a fence or a decision",
       "SELECT count(*) FROM cutover.run WHERE fenced OR decided_at IS NOT NULL"},
      {"default_transaction_read_only",
       "SELECT count(*) FROM pg_db_role_setting "
       "WHERE setconfig::text LIKE '%default_transaction_read_only%'"},
      {"advisory locks", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"},
      {"table locks", "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock'"}};
  std::vector<std::string> left;
  for (const auto& [what, sql] : traces) {
    for (const auto& database : rig_.options().databases) {
      const auto count = rig_.blue().sql(sql, database).value();
      if (count != "0") left.push_back(count + " " + what + " in " + database);
    }
  }
  for (int host = 0; host < rig_.options().hosts; ++host) {
    for (const auto& entry : paused_entries(host)) left.push_back("a pause of " + entry);
  }
  return left;
}

std::vector<std::string> FleetUnderLoad::paused_entries(int host) {
  std::vector<std::string> entries;
  for (int process = 0; process < rig_.options().pgbouncers_per_host; ++process) {
    auto& bouncer = rig_.pgbouncer(host, process);
    // Refused in either state, and the refusal tells which.
    if (support::SqlSession(bouncer.console_conninfo())
            .run("PAUSE pgbouncer")
            .error.find("already") != std::string::npos) {
      entries.push_back("everything");
    }
    const auto databases = bouncer.console("SHOW DATABASES");
    const auto paused = column(databases, "paused");
    for (const auto& row : databases.rows) {
      if (row.at(paused) != "0") entries.push_back(row.front());
    }
  }
  return entries;
}

bool FleetUnderLoad::all_on(std::uint16_t port) {
  const auto ports = entry_ports();
  for (const auto& one : ports) {
    if (one != std::to_string(port)) return false;
  }
  return !ports.empty();
}

bool FleetUnderLoad::all_on_blue() {
  return all_on(rig_.blue().port());
}
bool FleetUnderLoad::all_on_green() {
  return all_on(rig_.green().port());
}

}  // namespace cutover::tests
