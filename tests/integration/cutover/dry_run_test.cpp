// A dry run changes nothing: what can be seen of servers, files and PgBouncers is the same byte for
// byte before and after.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include "common/base/file_descriptor.h"
#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/loopback.h"
#include "tests/support/rig/programs.h"
#include "tests/support/sql_session.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

std::string all_of(const support::SqlResult& result) {
  std::string text;
  for (const auto& row : result.rows) {
    for (const auto& value : row) text += value + "\t";
    text += "\n";
  }
  return text;
}

/// What autovacuum and the statistics collector write by themselves.
const std::map<std::string, std::string> changes_by_itself = {
    {"pg_class",
     "'relpages' - 'reltuples' - 'relallvisible' - 'relfrozenxid' - 'relminmxid' - "
     "'relallfrozen'"},
    {"pg_database", "'datfrozenxid' - 'datminmxid'"},
    {"pg_subscription_rel", "'srsublsn'"}};

constexpr const char* own_tables = "nspname IN ('cutover', 'public')";
constexpr const char* tables_of_the_application = "nspname IN ('load', 'Load Two')";

/// One row of name and contents for each table that `filter` picks.
std::string tables_of(const support::PostgresServer& server, const std::string& filter) {
  const auto names = server.sql(
      "SELECT c.oid::regclass::text, c.relname FROM pg_class c "
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND " +
          filter + " ORDER BY 1",
      "app");
  std::string text;
  for (const auto& row : names.rows) {
    const auto spared = changes_by_itself.find(row[1]);
    const auto minus = spared == changes_by_itself.end() ? "''" : spared->second;
    const auto rows = server.sql(
        "SELECT (to_jsonb(t) - " + minus + ")::text FROM " + row[0] + " t ORDER BY 1", "app");
    EXPECT_TRUE(rows.ok) << row[0] << ": " << rows.error;
    text += row[0] + "\n" + all_of(rows);
  }
  return text;
}

/// Every catalogue but the statistics, every table of ours and of the application, slots,
/// sequences.
std::string contents_of(const support::PostgresServer& server) {
  auto text = tables_of(server, "nspname = 'pg_catalog' AND relname NOT LIKE 'pg_statistic%'") +
              tables_of(server, own_tables) + tables_of(server, tables_of_the_application);
  for (const char* sql :
       {"SELECT slot_name, plugin, slot_type FROM pg_replication_slots ORDER BY 1",
        "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"}) {
    text += all_of(server.sql(sql, "app"));
  }
  return text;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A file that was written again, even with the same bytes, has another inode or another time.
std::string attributes_of(const std::filesystem::path& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return "unknown";
  std::ostringstream text;
  text << found.st_ino << ' ' << found.st_mode << ' ' << found.st_uid << ' ' << found.st_gid << ' '
       << found.st_mtim.tv_sec << '.' << found.st_mtim.tv_nsec;
  return text.str();
}

bool is_log(const std::filesystem::path& path) {
  return path.extension() == ".log" || path.filename() == "log";
}

std::string files_in(const std::filesystem::path& directory) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (is_log(entry.path())) continue;
    auto text = entry.path().string() + " " + attributes_of(entry.path()) + "\n";
    if (entry.is_regular_file()) text += text_of(entry.path());
    files.push_back(text);
  }
  std::sort(files.begin(), files.end());
  return std::accumulate(files.begin(), files.end(), std::string());
}

/// SHOW DATABASES without what 1.24 counts there: the clients, of the console too.
std::string databases_of(const support::PgbouncerServer& bouncer) {
  auto databases = bouncer.console("SHOW DATABASES");
  const auto counted = std::ranges::find(databases.columns, "current_client_connections");
  const auto column = counted - databases.columns.begin();
  for (auto& row : databases.rows)
    if (counted != databases.columns.end()) row.erase(row.begin() + column);
  return all_of(databases);
}

/// What a PgBouncer serves, without the counters of its connections.
std::string state_of(const support::PgbouncerServer& bouncer) {
  return files_in(bouncer.directory()) + all_of(bouncer.console("SHOW CONFIG")) +
         databases_of(bouncer) +
         support::SqlSession(bouncer.console_conninfo()).run("PAUSE pgbouncer").error;
}

std::string state_of(support::CutoverRig& rig) {
  std::string text = contents_of(rig.blue()) + contents_of(rig.green());
  for (int host = 0; host < rig.options().hosts; ++host) {
    text += state_of(rig.pgbouncer(host)) + files_in(rig.agent(host).state_directory());
  }
  return text + text_of(rig.config_path());
}

/// Fails with the first line that differs, which is easier to read than both texts.
void expect_same(const std::string& before, const std::string& after) {
  std::istringstream old_text(before), new_text(after);
  std::string old_line, new_line;
  while (std::getline(old_text, old_line)) {
    ASSERT_TRUE(std::getline(new_text, new_line)) << "gone: " << old_line;
    ASSERT_EQ(old_line, new_line);
  }
  ASSERT_FALSE(std::getline(new_text, new_line)) << "new: " << new_line;
}

/// Rows in every table of the application, the same on both sides.
void fill(const support::CutoverRig& rig, const support::PostgresServer& blue,
          const support::PostgresServer& green) {
  auto load = rig.start_load({.clients = 4, .writes_per_second = 200});
  EXPECT_TRUE(load.everyone_wrote(20, std::chrono::seconds(30)));
  load.stop();
  const auto rows = tables_of(blue, tables_of_the_application);
  EXPECT_TRUE(support::eventually(std::chrono::seconds(30), [&] {
    return tables_of(green, tables_of_the_application) == rows;
  }));
}

TEST(DryRun, ChangesNothingOnServersFilesAndPgBouncers) {
  support::RigOptions options;
  options.blue_major = 15;
  support::CutoverRig rig(options);
  rig.replicate();
  fill(rig, rig.blue(), rig.green());
  rig.analyze_green();
  const auto before = state_of(rig);
  const auto finished = rig.cutover({"--dry-run"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  expect_same(before, state_of(rig));
  // The controller's own journal remembers what was found; nothing else does.
  for (const auto& file : std::filesystem::directory_iterator(rig.state_directory()))
    EXPECT_TRUE(file.path().filename().string().starts_with("journal")) << file.path();
  for (const char* part : {"expected pause", "+++ ", "no way back from here"}) {
    EXPECT_NE(finished.output.find(part), std::string::npos) << part << finished.output;
  }
}

TEST(DryRun, GoesAsFarAsItCanWithoutGreenAndListsEveryFailure) {
  support::RigOptions options;
  options.blue_major = 15;
  support::CutoverRig rig(options);
  rig.green().stop();
  const auto finished = rig.cutover({"--dry-run", "--json"});
  EXPECT_EQ(finished.exit_code, 1);
  const auto report = boost::json::parse(finished.output).as_object();
  std::set<std::string> failed, passed;
  for (const auto& check : report.at("checks").as_array()) {
    const std::string name(check.at("name").as_string());
    if (check.at("outcome").as_string() == "fail") failed.insert(name);
    if (check.at("outcome").as_string() == "pass") passed.insert(name);
    if (check.at("outcome").as_string() != "fail") continue;
    EXPECT_FALSE(check.at("detail").as_string().empty()) << name;
    EXPECT_FALSE(check.at("hint").as_string().empty()) << name;
  }
  for (const char* name :
       {"servers_reachable", "slot_active", "subscription_worker", "green_reachable"}) {
    EXPECT_EQ(failed.count(name), 1u) << name << "\n" << finished.output;
  }
  for (const char* name : {"agents_reachable", "nothing_paused", "pool_mode", "wal_level"}) {
    EXPECT_EQ(passed.count(name), 1u) << name << "\n" << finished.output;
  }
  const auto& data = report.at("data").as_object();
  EXPECT_EQ(data.at("diffs").as_array().size(), static_cast<std::size_t>(options.hosts));
  EXPECT_FALSE(data.at("plan").as_array().empty());
}

/// A dry run in which no agent shows a change, for a reason that names `what`; its output.
std::string expect_no_change_is_shown(const support::CutoverRig& rig, const std::string& what) {
  const auto finished = rig.cutover({"--dry-run"});
  EXPECT_EQ(finished.exit_code, 1) << finished.output << finished.errors;
  const auto line = finished.output.substr(
      std::min(finished.output.find("  fail    ini_change"), finished.output.size()));
  EXPECT_NE(line.substr(0, line.find('\n')).find(what), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("no agent has shown a change"), std::string::npos);
  return finished.output;
}

TEST(DryRun, WhereItIsNotKnownWhatMovesNoChangeIsShown) {
  support::RigOptions options;
  options.blue_major = 15;
  options.hosts = 1;
  options.bouncer_lines = "entries = { nowhere = \"app\" }\n";
  support::CutoverRig rig(options);
  expect_no_change_is_shown(rig, "nowhere");
}

TEST(DryRun, AChangeThatAnAgentWouldRefuseToWriteFailsACheck) {
  support::RigOptions options;
  options.blue_major = 15;
  options.hosts = 1;
  options.bouncer_lines = "ignore_entries = [\"stays\"]\n";
  support::CutoverRig rig(options);
  rig.replicate();
  rig.analyze_green();
  auto& pgbouncer = rig.pgbouncer(0);
  auto ini = support::read_file(pgbouncer.ini_path());
  const std::string section = "[databases]\n";
  const auto route =
      " = host=127.0.0.1 port=" + std::to_string(rig.blue().port()) + " dbname=app\n";
  // Beside one that stays entries are paused by name, and the console takes this one's in no way.
  const auto unnameable = std::string(61, 'x') + "-";
  ini.insert(ini.find(section) + section.size(), "stays" + route + unnameable + route);
  support::write_file(pgbouncer.ini_path(), ini);
  pgbouncer.console("RELOAD");
  const auto output = expect_no_change_is_shown(rig, unnameable);
  EXPECT_EQ(output.find("  fail "), output.rfind("  fail ")) << "nothing else is wrong: " << output;
}

TEST(DryRun, WithoutATerminalThePromptIsAUsageErrorAndNothingIsChanged) {
  support::RigOptions options;
  options.blue_major = 15;
  support::CutoverRig rig(options);
  rig.replicate();
  const auto before = state_of(rig);
  const auto finished = rig.cutover({"--no-dry-run"});
  EXPECT_EQ(finished.exit_code, 2) << finished.output << finished.errors;
  expect_same(before, state_of(rig));
}

/// Takes connections, and knows afterwards whether there was one.
class Listener {
 public:
  Listener() : socket_(support::listen_on(port_, 8)) {}
  std::string port() const { return std::to_string(port_.number()); }
  bool was_contacted() const {
    pollfd waiting{socket_.get(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) != 0;
  }

 private:
  support::FreePort port_;
  FileDescriptor socket_;
};

/// What somebody contacts who does anything.
struct World {
  Listener blue, green, bouncer;

  bool was_contacted() const {
    return blue.was_contacted() || green.was_contacted() || bouncer.was_contacted();
  }
  std::string config(const std::string& more) const {
    const std::string server = "\"host=127.0.0.1 dbname=app connect_timeout=2 port=";
    return "[run]\nstate_dir = \"/nonexistent\"\n[[database]]\nname = \"app\"\nblue = " + server +
           blue.port() + "\"\ngreen = " + server + green.port() +
           "\"\n[[bouncer]]\nname = \"bouncer-1\"\nagent = \"ssh://nobody@127.0.0.1:" +
           bouncer.port() + "\"\n" + more;
  }
};

struct Misuse {
  const char* config;
  std::vector<std::string> arguments;
  const char* said;
};

TEST(DryRun, AWrongConfigurationOrCommandLineContactsNothing) {
  const std::vector<Misuse> misuses = {
      {"[limitz]\nlease = \"3s\"\n", {"--dry-run"}, "cutover.toml:"},
      {"[checks]\nwaive = [\"nope\"]\n", {"--dry-run"}, "\"nope\""},
      {"[checks]\nwaive = [\"servers_reachable\"]\n", {"--dry-run"}, "guards data"},
      {"", {"seed", "--lsn", "zz"}, "--lsn"},
      {"", {"seed", "--log", "/nonexistent"}, "/nonexistent"},
      {"", {"psql", "red"}, "nothing is named red"},
      {"", {"status", "--bogus"}, "--bogus"}};
  const support::TemporaryDirectory directory;
  const auto path = directory / "cutover.toml";
  for (const auto& misuse : misuses) {
    SCOPED_TRACE(misuse.said);
    const World world;
    support::write_file(path, world.config(misuse.config));
    support::ChildOptions options{{support::cutover_program(), "--config", path, "--json"}};
    options.argv.insert(options.argv.end(), misuse.arguments.begin(), misuse.arguments.end());
    const auto finished = support::run_program(options, std::chrono::seconds(60));
    EXPECT_EQ(finished.exit_code, 2) << finished.output << finished.errors;
    EXPECT_NE(finished.errors.find(misuse.said), std::string::npos) << finished.errors;
    EXPECT_NE(finished.errors.find("hint:"), std::string::npos) << finished.errors;
    EXPECT_NE(finished.output.find("\"outcome\":\"usage\""), std::string::npos) << finished.output;
    EXPECT_FALSE(world.was_contacted());
  }
}

}  // namespace
}  // namespace cutover::tests
