// prepare and subscribe: what they refuse, that they can be repeated, and that no password leaks.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "controller/runbook/prepare.h"
#include "controller/runbook/subscribe.h"
#include "controller/servers/secret_statement.h"
#include "tests/integration/servers/server_pair.h"
#include "tests/support/scoped_environment.h"

namespace cutover {
namespace {

Outcome outcome_of_check(ServerPair& pair, const std::vector<PhaseCheck>& checks,
                         const std::string& name) {
  const PhaseSight sight(pair.databases[0], {});
  for (const auto& report : pair.run(run_phase_checks(checks, sight)))
    if (report.name == name) return report.outcome;
  return in_doubt("no such check");
}

TEST(Prepare, TwiceIsAsOnce) {
  ServerPair pair;
  pair.prepare();
  pair.prepare();
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM pg_replication_slots"), "1");
  EXPECT_EQ(pair.blue_value("SELECT puballtables FROM pg_publication"), "t");
}

TEST(Prepare, SeveralPublicationsShareTheTablesAndEachHasItsMarker) {
  PairOptions options;
  options.subscriptions = 2;
  options.ddl = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)";
  ServerPair pair(options);
  pair.prepare();
  EXPECT_EQ(pair.blue_value("SELECT count(*) = count(DISTINCT tablename) AND count(*) = 5 "
                            "FROM pg_publication_tables"),
            "t");
  EXPECT_EQ(pair.blue_value("SELECT count(DISTINCT pubname) FROM pg_publication_tables "
                            "WHERE tablename LIKE 'marker%'"),
            "2");
}

TEST(Prepare, WithoutSuperuserThePublicationListsItsTables) {
  ServerPair pair;
  pair.on_blue().must(
      "CREATE ROLE owner LOGIN REPLICATION; GRANT pg_monitor TO owner;"
      "GRANT CREATE ON DATABASE app0 TO owner; ALTER TABLE item OWNER TO owner");
  pair.databases[0].blue = pair.blue.conninfo("app0", "owner");
  pair.prepare();
  EXPECT_EQ(pair.blue_value("SELECT puballtables FROM pg_publication"), "f");
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM pg_publication_tables"), "2");
}

TEST(Subscribe, CopiesFollowsAndMayBeRepeated) {
  ServerPair pair;
  pair.client().must("INSERT INTO item (note) VALUES ('before')");
  pair.prepare();
  pair.client().must("INSERT INTO item (note) VALUES ('between')");
  pair.subscribe();
  EXPECT_EQ(pair.green_value("SELECT count(*) FROM item"), "2");
  EXPECT_EQ(pair.green_value("SELECT string_agg(side, ',' ORDER BY side) FROM cutover.run"),
            "blue,green");
  PhaseServers again(pair.databases[0], {});
  for (const auto& report : pair.run(run_phase_steps(subscribe_steps(), again)))
    EXPECT_TRUE(report.outcome.is_done()) << report.name << told(report.outcome);
}

TEST(Subscribe, ATableOrColumnThatGreenLacksIsNamed) {
  ServerPair pair;
  pair.prepare();
  pair.on_green().must("ALTER TABLE item DROP COLUMN note");
  const auto outcome = outcome_of_check(pair, subscribe_checks(), "tables");
  EXPECT_NE(outcome.detail.find("public.item column note"), std::string::npos) << told(outcome);
  pair.on_green().must("DROP TABLE item");
  EXPECT_TRUE(outcome_of_check(pair, subscribe_checks(), "tables").is_refused());
}

TEST(Subscribe, TablesWithRowsAreNotCopiedInto) {
  ServerPair pair;
  pair.prepare();
  pair.on_green().must("INSERT INTO item (note) VALUES ('here first')");
  EXPECT_TRUE(outcome_of_check(pair, subscribe_checks(), "empty").is_refused());
}

TEST(Subscribe, BeforePrepareItSaysSo) {
  ServerPair pair;
  const auto outcome = outcome_of_check(pair, subscribe_checks(), "prepared");
  EXPECT_EQ(outcome.hint, "run `cutover prepare`");
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Subscribe, ThePasswordIsInNoLogWhetherItSucceedsOrFails) {
  ServerPair pair;
  pair.green.sql("ALTER SYSTEM SET log_statement = 'all'");
  pair.green.sql("ALTER SYSTEM SET log_min_duration_statement = 0");
  pair.green.sql("SELECT pg_reload_conf()");
  pair.prepare();
  pair.databases[0].replicate_from += " password=topsecret";
  auto wrong = pair.databases[0];
  wrong.replicate_from += " port=1";
  PhaseServers failing(wrong, {});
  for (const auto& report : pair.run(run_phase_steps(subscribe_steps(), failing)))
    EXPECT_EQ(told(report.outcome).find("topsecret"), std::string::npos);
  pair.subscribe();
  const auto log = text_of(pair.green.log_file());
  EXPECT_NE(log.find("CREATE SCHEMA IF NOT EXISTS cutover"), std::string::npos);
  EXPECT_EQ(log.find("topsecret"), std::string::npos);
}

TEST(Subscribe, ThePasswordComesFromTheControllersOwnPlaces) {
  const auto conninfo = conninfo_for_worker("host=127.0.0.1 port=1 user=u password=given", 170000);
  ASSERT_TRUE(conninfo);
  EXPECT_NE(conninfo->find("password=given"), std::string::npos) << *conninfo;
  const support::ScopedEnvironment environment(
      support::Variables{{"PGPASSWORD", "from the environment"}});
  const auto looked_up = conninfo_for_worker("host=127.0.0.1 port=1 user=u", 170000);
  ASSERT_TRUE(looked_up);
  EXPECT_NE(looked_up->find("'from the environment'"), std::string::npos) << *looked_up;
}

TEST(Subscribe, TheWorkerIsNotKeptOutOfASideThatIsFenced) {
  const std::string pair = "host=a,b dbname=d user=u password=p target_session_attrs=read-write";
  const auto conninfo = conninfo_for_worker(pair, 140000);
  ASSERT_TRUE(conninfo);
  EXPECT_NE(conninfo->find("target_session_attrs=primary"), std::string::npos) << *conninfo;
  EXPECT_EQ(conninfo->find("read-write"), std::string::npos) << *conninfo;
  const auto before_14 = conninfo_for_worker(pair, 139999);
  ASSERT_FALSE(before_14) << "its libpq does not know the word";
  EXPECT_NE(before_14.error().hint.find("replicate_from"), std::string::npos);
}

}  // namespace
}  // namespace cutover
