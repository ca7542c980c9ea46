// A dry run changes nothing: what can be seen of servers, files and PgBouncers is the same byte for
// byte before and after.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/sql_session.h"

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

/// Every catalogue that a cutover changes, and the tables that are its own.
std::string catalogue_of(const support::PostgresServer& server) {
  std::string text;
  for (const char* sql :
       {"SELECT oid, relname, relkind, relnamespace, relhastriggers, relreplident FROM pg_class "
        "ORDER BY oid",
        "SELECT oid, tgrelid, tgname, tgenabled FROM pg_trigger ORDER BY oid",
        "SELECT oid, proname, prosrc FROM pg_proc WHERE pronamespace >= 16384 ORDER BY oid",
        "SELECT * FROM pg_db_role_setting ORDER BY 1, 2",
        "SELECT oid, pubname FROM pg_publication ORDER BY oid",
        "SELECT slot_name, plugin, slot_type FROM pg_replication_slots ORDER BY 1",
        "SELECT * FROM cutover.run ORDER BY side",
        "SELECT * FROM cutover.marker_cutover ORDER BY side",
        "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"}) {
    text += all_of(server.sql(sql, "app")) + "--\n";
  }
  return text;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string files_in(const std::filesystem::path& directory) {
  std::string text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    text += entry.path().string() + "\n";
    if (entry.is_regular_file()) text += text_of(entry.path());
  }
  return text;
}

std::string state_of(support::CutoverRig& rig) {
  std::string text = catalogue_of(rig.blue()) + catalogue_of(rig.green());
  for (int host = 0; host < rig.options().hosts; ++host) {
    text += files_in(rig.pgbouncer(host).directory());
    text += all_of(rig.pgbouncer(host).console("SHOW CONFIG"));
    text += all_of(rig.pgbouncer(host).console("SHOW DATABASES"));
  }
  return text;
}

TEST(DryRun, ChangesNothingOnServersFilesAndPgBouncers) {
  support::RigOptions options;
  options.blue_major = 15;
  support::CutoverRig rig(options);
  rig.replicate();
  const auto before = state_of(rig);
  const auto finished = rig.cutover({"--dry-run"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  EXPECT_EQ(state_of(rig), before);
  EXPECT_FALSE(std::filesystem::exists(rig.state_directory()));
  for (const char* part : {"expected pause", "+++ ", "no way back from here"}) {
    EXPECT_NE(finished.output.find(part), std::string::npos) << part << finished.output;
  }
}

TEST(DryRun, GoesAsFarAsItCanWithoutGreenAndListsEveryFailure) {
  support::RigOptions options;
  options.blue_major = 15;
  support::CutoverRig rig(options);
  rig.green().stop();
  const auto finished = rig.cutover({"--dry-run"});
  EXPECT_EQ(finished.exit_code, 1);
  for (const char* part : {"green", "connection", "slot", "+++ "}) {
    EXPECT_NE(finished.output.find(part), std::string::npos) << part << "\n"
                                                             << finished.output << finished.errors;
  }
}

TEST(DryRun, WithoutATerminalThePromptIsAUsageErrorAndNothingIsChanged) {
  support::RigOptions options;
  options.blue_major = 15;
  support::CutoverRig rig(options);
  rig.replicate();
  const auto before = state_of(rig);
  const auto finished = rig.cutover({"--no-dry-run"});
  EXPECT_EQ(finished.exit_code, 2) << finished.output << finished.errors;
  EXPECT_EQ(state_of(rig), before);
}

TEST(DryRun, AWrongConfigurationContactsNothing) {
  support::RigOptions options;
  options.agents = support::Agents::absent;
  options.blue_major = options.green_major = 15;
  options.more_config = "[limitz]\nlease = \"3s\"\n";
  support::CutoverRig rig(options);
  const auto finished = rig.cutover({"--dry-run", "--json"});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.errors.find("cutover.toml:"), std::string::npos) << finished.errors;
  EXPECT_NE(finished.errors.find("hint:"), std::string::npos) << finished.errors;
  EXPECT_NE(finished.output.find("\"outcome\":\"usage\""), std::string::npos) << finished.output;
}

}  // namespace
}  // namespace cutover::tests
