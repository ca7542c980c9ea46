// Names that try to break out of their quotes go through every command that meets them.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/rig/cutover_rig.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

using support::sql_identifier;
using support::sql_literal;
using ::testing::HasSubstr;

const std::string hostile_names[] = {
    "two words",   "it's",  "say \"x\"", "line\nend", "gr\xc3\xbc\xc3\x9f", "$$ ; DROP TABLE x; --",
    "back\\slash", "Select"};

/// A fleet whose every name is hostile, with an entry that stays, so that no pause is global.
class Hostile {
 public:
  explicit Hostile(support::RigOptions options) : rig_(with_one_that_stays(std::move(options))) {
    for (int host = 0; host < rig_.options().hosts; ++host) let_blue_stay(rig_.pgbouncer(host));
  }

  support::CutoverRig& rig() { return rig_; }
  const std::string& database() const { return rig_.options().databases[0]; }

  std::string must(const std::vector<std::string>& arguments) {
    const auto finished = rig_.cutover(arguments);
    EXPECT_EQ(finished.exit_code, 0) << arguments[0] << "\n"
                                     << finished.output << finished.errors << rig_.logs();
    return finished.output;
  }

  /// The port of the server that an entry leads to.
  std::string port_behind(const std::string& entry) {
    return support::run_sql(rig_.pgbouncer(0).conninfo(entry), "SELECT current_setting('port')")
        .value();
  }

 private:
  static support::RigOptions with_one_that_stays(support::RigOptions options) {
    options.blue_major = 15;
    options.green_major = 17;
    options.pool_size = 2;
    options.bouncer_lines += "ignore_entries = [\"blue\"]\n";
    return options;
  }

  /// The same line as that of the first entry.
  static void let_blue_stay(support::PgbouncerServer& pgbouncer) {
    auto ini = support::read_file(pgbouncer.ini_path());
    const auto start = ini.find(" = ");
    const auto line = "blue" + ini.substr(start, ini.find('\n', start) - start + 1);
    ini.insert(std::string("[databases]\n").size(), line);
    support::write_file(pgbouncer.ini_path(), ini);
    pgbouncer.console("RELOAD");
  }

  support::CutoverRig rig_;
};

void make_hostile_tables(support::PostgresServer& server, const std::string& database) {
  for (const auto& name : hostile_names) {
    const auto quoted = sql_identifier(name);
    server.sql("CREATE SCHEMA " + quoted, database);
    server.sql(
        "CREATE TABLE " + quoted + "." + quoted + " (" + quoted + " int PRIMARY KEY, text text)",
        database);
    server.sql("CREATE SEQUENCE " + sql_identifier(name + " seq"), database);
  }
}

void fill_hostile_tables(support::PostgresServer& server, const std::string& database) {
  for (const auto& name : hostile_names) {
    const auto quoted = sql_identifier(name);
    server.sql("INSERT INTO " + quoted + "." + quoted + " VALUES (1, 'row')", database);
    server.sql("SELECT setval(" + sql_literal(sql_identifier(name + " seq")) + ", 1234)", database);
  }
}

void expect_all_there(support::PostgresServer& server, const std::string& database,
                      const std::string& rows) {
  for (const auto& name : hostile_names) {
    const auto quoted = sql_identifier(name);
    EXPECT_EQ(server.sql("SELECT count(*) FROM " + quoted + "." + quoted, database).value(), rows)
        << name;
    const auto last =
        server.sql("SELECT last_value FROM " + sql_identifier(name + " seq"), database);
    EXPECT_GE(std::stoll(last.value()), 1234) << name;
  }
}

void expect_fenced(support::PostgresServer& server, const std::string& database) {
  for (const auto& name : hostile_names) {
    const auto quoted = sql_identifier(name);
    const auto late = "INSERT INTO " + quoted + "." + quoted + " VALUES (3, 'late')";
    EXPECT_ANY_THROW(server.sql(late, database)) << name << " is fenced";
  }
}

void write_through(support::CutoverRig& rig, const std::string& number) {
  const auto bouncer = rig.pgbouncer(0).conninfo(rig.options().entries[0], "postgres");
  for (const auto& name : hostile_names) {
    const auto quoted = sql_identifier(name);
    support::run_sql(bouncer,
                     "INSERT INTO " + quoted + "." + quoted + " VALUES (" + number + ", 'row')");
  }
}

TEST(HostileNames, GoThroughEveryCommandFromPrepareToFinish) {
  support::RigOptions options;
  options.databases = {"Two \"words\", it's gr\xc3\xbc\xc3\x9f\\en; --"};
  options.entries = {"Mixed.Case-1"};
  options.replication = "Say \"it's\" gr\xc3\xbc\xc3\x9f";
  options.user = "ad \"min\" it's \\ \xc3\xbc";
  Hostile fleet(options);
  auto& rig = fleet.rig();
  const auto& database = fleet.database();
  make_hostile_tables(rig.blue(), database);
  make_hostile_tables(rig.green(), database);
  fill_hostile_tables(rig.blue(), database);

  fleet.must({"prepare", "--no-dry-run", "--yes"});
  fleet.must({"subscribe", "--no-dry-run", "--yes"});
  EXPECT_THAT(fleet.must({"verify"}), HasSubstr("Select"));
  fleet.must({"analyze", "--no-dry-run", "--yes"});
  fleet.must({"warm", "--no-dry-run", "--yes"});
  fleet.must({"--no-dry-run", "--yes"});
  expect_all_there(rig.green(), database, "1");
  expect_fenced(rig.blue(), database);
  EXPECT_EQ(fleet.port_behind("blue"), std::to_string(rig.blue().port()));

  write_through(rig, "2");
  fleet.must({"rollback", "--no-dry-run", "--yes"});
  expect_all_there(rig.blue(), database, "2");
  expect_fenced(rig.green(), database);
  fleet.must({"--no-dry-run", "--yes"});
  fleet.must({"finish", "--no-dry-run", "--yes"});
  expect_all_there(rig.green(), database, "2");
}

/// Seen not to: 1.18.0 and 1.24.1.
bool takes_names_in_quotes(support::PgbouncerServer& pgbouncer) {
  const auto ini = support::read_file(pgbouncer.ini_path());
  support::write_file(pgbouncer.ini_path(), ini + "[databases]\n'in quotes' = host=127.0.0.1\n");
  pgbouncer.console("RELOAD");
  const auto shown = pgbouncer.console("SHOW DATABASES");
  support::write_file(pgbouncer.ini_path(), ini);
  pgbouncer.console("RELOAD");
  return std::ranges::any_of(shown.rows, [](const auto& row) { return row[0] == "in quotes"; });
}

/// What PgBouncer's file and its console take for the name of an entry.
std::vector<std::string> hostile_entries(support::CutoverRig& rig) {
  std::vector<std::string> names = {"pause", "0", "-.-", std::string(63, 'X'),
                                    std::string(61, '-')};
  if (!takes_names_in_quotes(rig.pgbouncer(0))) return names;
  for (const char* name : {"two words", "say \"x\"", "gr\xc3\xbc\xc3\x9f", "$$ ; RELOAD; --"})
    names.emplace_back(name);
  return names;
}

void add_entries(support::PgbouncerServer& pgbouncer, const std::vector<std::string>& names) {
  auto ini = support::read_file(pgbouncer.ini_path());
  const auto start = ini.find("host=");
  const auto value = ini.substr(start, ini.find('\n', start) - start + 1);
  for (const auto& name : names) {
    const bool is_plain = name.find_first_of(" \"$\xc3") == std::string::npos;
    ini.insert(std::string("[databases]\n").size(),
               (is_plain ? name : sql_literal(name)) + " = " + value);
  }
  support::write_file(pgbouncer.ini_path(), ini);
  pgbouncer.console("RELOAD");
}

TEST(HostileNames, OfEntriesAreUnderstoodByTheConsole) {
  Hostile fleet({});
  auto& rig = fleet.rig();
  const auto entries = hostile_entries(rig);
  for (int host = 0; host < rig.options().hosts; ++host) add_entries(rig.pgbouncer(host), entries);
  rig.replicate();
  const auto all_at = [&](const support::PostgresServer& server) {
    for (const auto& entry : entries)
      EXPECT_EQ(fleet.port_behind(entry), std::to_string(server.port())) << entry;
    EXPECT_EQ(fleet.port_behind("blue"), std::to_string(rig.blue().port()));
  };

  all_at(rig.blue());
  fleet.must({"rehearse", "--no-dry-run", "--yes"});
  fleet.must({"--no-dry-run", "--yes"});
  all_at(rig.green());
  fleet.must({"rollback", "--no-dry-run", "--yes"});
  all_at(rig.blue());
}

}  // namespace
}  // namespace cutover::tests
