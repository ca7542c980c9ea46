// An entry that stays on blue, for looking back at the old rows, and one that leads to green before
// the night, are in nobody's way: not in that of a recovery after the cutover, nor in that of a
// rollback while somebody looks.
#include <gtest/gtest.h>

#include "tests/support/rig/cutover_rig.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

void add_entry(support::PgbouncerServer& pgbouncer, const std::string& line) {
  auto ini = support::read_file(pgbouncer.ini_path());
  const std::string section = "[databases]\n";
  ini.insert(ini.find(section) + section.size(), line + "\n");
  support::write_file(pgbouncer.ini_path(), ini);
  pgbouncer.console("RELOAD");
}

std::string through(const support::PgbouncerServer& pgbouncer, const std::string& entry,
                    const std::string& sql) {
  return support::run_sql(pgbouncer.conninfo(entry), sql).value();
}

TEST(AnEntryThatStays, IsNeitherMovedNorTakenForOneThatHasYetToMove) {
  support::RigOptions options;
  options.hosts = 1;
  options.bouncer_lines = "ignore_entries = [\"blue\", \"green\"]\n";
  support::CutoverRig rig(options);
  auto& pgbouncer = rig.pgbouncer(0);
  const auto blue = std::to_string(rig.blue().port());
  const auto green = std::to_string(rig.green().port());
  add_entry(pgbouncer, "blue = host=127.0.0.1 port=" + blue + " dbname=app");
  add_entry(pgbouncer, "green = host=127.0.0.1 port=" + green +
                           " dbname=app connect_query='SET default_transaction_read_only = on'");
  rig.replicate();
  const auto port = [&](const std::string& entry) {
    return through(pgbouncer, entry, "SELECT current_setting('port')");
  };
  const auto must = [&](const std::vector<std::string>& arguments) {
    const auto finished = rig.cutover(arguments);
    EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors << rig.logs();
    return finished.output;
  };

  EXPECT_EQ(through(pgbouncer, "green", "SHOW default_transaction_read_only"), "on");
  pgbouncer.console("RECONNECT green");
  EXPECT_NE(must({}).find("pass    entries_claimed"), std::string::npos);
  must({"--no-dry-run", "--yes"});
  EXPECT_EQ(port("app"), green);
  EXPECT_EQ(port("green"), green);
  EXPECT_EQ(port("blue"), blue);
  EXPECT_NE(must({"status"}).find("points at green"), std::string::npos);
  const auto recovered = must({"recover", "--no-dry-run", "--yes"});
  EXPECT_NE(recovered.find("carried out on every bouncer"), std::string::npos) << recovered;

  support::SqlSession looking_back(pgbouncer.conninfo("blue"));
  EXPECT_EQ(looking_back.value("SHOW default_transaction_read_only"), "on");
  must({"rollback", "--no-dry-run", "--yes"});
  EXPECT_EQ(port("app"), blue);
  EXPECT_EQ(port("green"), green);
}

}  // namespace
}  // namespace cutover::tests
