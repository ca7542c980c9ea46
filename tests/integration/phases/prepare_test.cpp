// prepare in full: replica identities, the guard, shares of the tables, and refusals.
#include <gtest/gtest.h>

#include "controller/runbook/follow.h"
#include "tests/integration/phases/phase_pair.h"
#include "tests/support/eventually.h"

namespace cutover {
namespace {

PairOptions with_ddl(const std::string& ddl) {
  PairOptions options;
  options.ddl = ddl;
  return options;
}

std::string identity_of(ServerPair& pair, const std::string& table) {
  return pair.blue_value("SELECT relreplident FROM pg_class WHERE oid = '" + table + "'::regclass");
}

/// RDS lists a parameter of its own, which PostgreSQL lets nobody add: the list itself is replaced.
std::string as_on_rds_sql(const std::string& value) {
  return "SET allow_system_table_mods = on; CREATE OR REPLACE VIEW pg_catalog.pg_settings AS "
         "SELECT * FROM pg_show_all_settings() UNION ALL SELECT 'rds.logical_replication', '" +
         value +
         "', unit, category, short_desc, extra_desc, context, vartype, source, min_val, max_val, "
         "enumvals, boot_val, reset_val, sourcefile, sourceline, pending_restart "
         "FROM pg_show_all_settings() WHERE name = 'wal_level'";
}

constexpr const char* keyless_ddl = R"(
CREATE SCHEMA "Odd schema";
CREATE TABLE "Odd schema"."no ""key""" (a int, b text);
CREATE TABLE fits (a int NOT NULL, b int);
CREATE UNIQUE INDEX "fits it" ON fits (a);
CREATE TABLE nullable (a int); CREATE UNIQUE INDEX ON nullable (a);
CREATE TABLE partial (a int NOT NULL); CREATE UNIQUE INDEX ON partial (a) WHERE a > 0;
CREATE TABLE deferred (a int NOT NULL, UNIQUE (a) DEFERRABLE);
CREATE TABLE made (a int NOT NULL, b int GENERATED ALWAYS AS (a + 1) STORED PRIMARY KEY, UNIQUE (a));
CREATE TABLE nothing (a int); ALTER TABLE nothing REPLICA IDENTITY NOTHING)";

TEST(PrepareInFull, GivesEveryTableAReplicaIdentityAndRemembersExactlyThese) {
  ServerPair pair(with_ddl(keyless_ddl));
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  for (const char* table : {"fits", "made"}) EXPECT_EQ(identity_of(pair, table), "i") << table;
  EXPECT_EQ(pair.blue_value("SELECT chosen_index FROM cutover.replica_identity "
                            "WHERE table_name = 'made'"),
            "made_a_key");
  for (const char* table :
       {"\"Odd schema\".\"no \"\"key\"\"\"", "nullable", "partial", "deferred", "nothing"})
    EXPECT_EQ(identity_of(pair, table), "f") << table;
  EXPECT_EQ(identity_of(pair, "item"), "d");
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM cutover.replica_identity"), "7");
  pair.on_blue().must("INSERT INTO fits VALUES (1, 2); UPDATE fits SET b = 3; DELETE FROM fits");
  ASSERT_EQ(run_phase_on(pair, finish_phase()), "");
  EXPECT_EQ(identity_of(pair, "fits"), "d");
  EXPECT_EQ(identity_of(pair, "nothing"), "n");
}

TEST(PrepareInFull, LeavesWhatWasSetByHandWhenFinished) {
  ServerPair pair(
      with_ddl("CREATE TABLE by_hand (a int); ALTER TABLE by_hand REPLICA IDENTITY FULL"));
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  ASSERT_EQ(run_phase_on(pair, finish_phase()), "");
  EXPECT_EQ(identity_of(pair, "by_hand"), "f");
}

TEST(PrepareInFull, TheSecondRunFindsEverythingHoldingAlready) {
  ServerPair pair(with_ddl(keyless_ddl));
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  EXPECT_EQ(steps_taken(pair, prepare_phase(), quick_options()), std::vector<std::string>{});
}

TEST(PrepareInFull, AnUpdatedTableWhoseRowsCannotBeComparedIsRefused) {
  ServerPair pair(with_ddl("CREATE TABLE log (a int, j json)"));
  pair.on_blue().must("INSERT INTO log VALUES (1, '{}'); UPDATE log SET a = 2");
  pair.blue.restart();  // writes the statistics
  const auto outcome = check_outcome(pair, prepare_phase(), "comparable_rows", quick_options());
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_NE(outcome.detail.find("public.log"), std::string::npos) << told(outcome);
}

TEST(PrepareInFull, ATableThatOnlyAGeneratedColumnIdentifiesIsRefused) {
  ServerPair pair(
      with_ddl("CREATE TABLE made (body jsonb, id text GENERATED ALWAYS AS (body ->> 'id') STORED "
               "PRIMARY KEY)"));
  const auto outcome = check_outcome(pair, prepare_phase(), "generated_identity", quick_options());
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_NE(outcome.detail.find("public.made"), std::string::npos) << told(outcome);
}

/// As autovacuum does, until deadlock_timeout.
TEST(PrepareInFull, PublicationsWaitForAVacuumAndAreMadeAllOrNone) {
  PairOptions options = with_ddl("CREATE TABLE calm (a int PRIMARY KEY)");
  options.subscriptions = 2;
  ServerPair pair(options);
  auto vacuum = pair.on_blue();
  vacuum.must("BEGIN; LOCK TABLE calm IN SHARE UPDATE EXCLUSIVE MODE");
  PhaseServers servers(pair.databases[0], quick_options());
  const auto last = pair.run(run_phase_steps(prepare_steps(), servers)).back();
  EXPECT_EQ(last.name, "publication");
  EXPECT_FALSE(last.outcome.is_done());
  EXPECT_GE(last.took, std::chrono::seconds(2));
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM pg_publication"), "0");
  vacuum.must("COMMIT");
  EXPECT_EQ(run_phase_on(pair, prepare_phase()), "");
}

/// Of what is published later than it was made a slot sends nothing.
TEST(PrepareInFull, NoPublicationIsMadeAfterItsSlot) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  const auto names = pair.databases[0].subscriptions[0];
  pair.on_blue().must("DROP PUBLICATION " + names.publication);
  const auto refusal = run_phase_on(pair, prepare_phase());
  EXPECT_NE(refusal.find("slot " + names.slot + " exists and publication " + names.publication +
                         " does not"),
            std::string::npos)
      << refusal;
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM pg_publication"), "0");
  pair.on_blue().must("SELECT pg_drop_replication_slot('" + names.slot + "')");
  EXPECT_EQ(run_phase_on(pair, prepare_phase()), "");
}

/// As after a weekend without green, until the only slot is worth nothing.
void lose_the_slot(ServerPair& pair) {
  ASSERT_TRUE(support::eventually(std::chrono::seconds(30), [&] {
    auto blue = pair.on_blue();
    blue.must("SELECT txid_current()");
    blue.must("SELECT pg_switch_wal()");
    blue.must("CHECKPOINT");
    return blue.value("SELECT wal_status FROM pg_replication_slots") == "lost";
  }));
}

TEST(PrepareInFull, ASlotThatLostItsWalIsTakenByNoPhaseAndNotWaitedFor) {
  PairOptions options;
  options.blue_settings = {{"max_slot_wal_keep_size", "1MB"}};
  ServerPair pair(options);
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  lose_the_slot(pair);
  const auto says_why = [](const std::string& text) {
    return text.find("lost what green has not received") != std::string::npos;
  };
  const auto refusal = run_phase_on(pair, prepare_phase());
  EXPECT_TRUE(says_why(refusal)) << refusal;
  for (const auto& phase : {seed_phase(), subscribe_phase()}) {
    const auto prepared = check_outcome(pair, phase, "prepared", quick_options());
    EXPECT_TRUE(prepared.is_refused() && says_why(prepared.detail)) << told(prepared);
  }
  PhaseServers servers(pair.databases[0], quick_options());
  const auto waited = pair.run(wait_until_it_follows(servers));
  EXPECT_TRUE(waited.is_refused() && says_why(waited.detail)) << told(waited);
}

/// What an extension of another role brings: pg_cron, PostGIS.
TEST(PrepareInFull, WithoutSuperuserTablesOfOthersExtensionsAreLeftOutOnBothSides) {
  PairOptions options;
  options.ddl =
      "CREATE EXTENSION pg_trgm; CREATE SCHEMA cron; CREATE TABLE cron.job (a int);"
      "INSERT INTO cron.job VALUES (1); ALTER EXTENSION pg_trgm ADD TABLE cron.job";
  ServerPair pair(options);
  auto& database = pair.databases[0];
  for (auto* side : {&pair.blue, &pair.green})
    side->sql(
        "CREATE ROLE mover LOGIN REPLICATION IN ROLE pg_monitor;"
        "ALTER DATABASE app0 OWNER TO mover; ALTER TABLE item OWNER TO mover",
        "app0");
  database.blue = pair.blue.conninfo(database.name, "mover");
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  EXPECT_EQ(pair.blue_value("SELECT string_agg(tablename, ',') FROM pg_publication_tables "
                            "WHERE schemaname <> 'cutover'"),
            "item");
  const auto empty = check_outcome(pair, subscribe_phase(), "empty", quick_options());
  EXPECT_TRUE(empty.is_done()) << told(empty);
  pair.on_green().must("INSERT INTO item (note) VALUES ('in the way')");
  EXPECT_TRUE(check_outcome(pair, subscribe_phase(), "empty", quick_options()).is_refused());
}

TEST(PrepareInFull, SettingsThatAreTooLowAreNamed) {
  PairOptions options;
  options.blue_settings = {{"wal_level", "replica"}, {"max_replication_slots", "1"}};
  ServerPair pair(options);
  EXPECT_NE(check_outcome(pair, prepare_phase(), "wal_level", quick_options())
                .detail.find("must be logical"),
            std::string::npos);
  EXPECT_TRUE(check_outcome(pair, prepare_phase(), "slots", quick_options()).is_refused());
  EXPECT_NE(run_phase_on(pair, prepare_phase()), "");
  EXPECT_EQ(pair.blue_value("SELECT to_regnamespace('cutover') IS NULL"), "t");
}

TEST(PrepareInFull, AChangeThatWaitsForARestartIsSaid) {
  PairOptions options;
  options.blue_settings = {{"wal_level", "replica"}};
  ServerPair pair(options);
  pair.blue.configure({{"wal_level", "logical"}});
  pair.blue.sql("SELECT pg_reload_conf()");
  const auto outcome = [&] {
    return check_outcome(pair, prepare_phase(), "wal_level", quick_options());
  };
  auto seen = outcome();
  for (int i = 0; i < 50 && seen.hint != "restart blue"; ++i) seen = outcome();
  EXPECT_EQ(seen.hint, "restart blue") << told(seen);
}

TEST(PrepareInFull, OnRdsTheParameterThatStandsForWalLevelIsAskedFor) {
  ServerPair pair;
  const auto outcome = [&] { return check_outcome(pair, prepare_phase(), "rds", quick_options()); };
  EXPECT_EQ(outcome().detail, "not on RDS");
  pair.blue.sql(as_on_rds_sql("off"), "app0");
  const auto switched_off = outcome();
  EXPECT_TRUE(switched_off.is_refused());
  EXPECT_NE(switched_off.detail.find("rds.logical_replication is off, must be 1"),
            std::string::npos)
      << told(switched_off);
  pair.blue.sql(as_on_rds_sql("on"), "app0");
  EXPECT_EQ(outcome().detail, "on");
}

TEST(PrepareInFull, SubscriptionsShareTheTablesByTheirWrites) {
  PairOptions options =
      with_ddl("CREATE TABLE busy (a int PRIMARY KEY); CREATE TABLE calm (a int PRIMARY KEY)");
  options.subscriptions = 2;
  ServerPair pair(options);
  pair.on_blue().must(
      "INSERT INTO busy SELECT generate_series(1, 1000);"
      "INSERT INTO calm SELECT generate_series(1, 10)");
  pair.blue.restart();  // writes the statistics
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  EXPECT_EQ(pair.blue_value("SELECT string_agg(tablename, ',' ORDER BY tablename) "
                            "FROM pg_publication_tables WHERE schemaname = 'public' AND pubname = "
                            "(SELECT pubname FROM pg_publication_tables WHERE tablename = 'busy')"),
            "busy");
}

TEST(DdlGuard, WritesDdlOnPublishedTablesDownAndNothingElse) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  pair.on_blue().must(
      "ALTER TABLE item ADD COLUMN extra int; CREATE TABLE fresh (id int PRIMARY KEY);"
      "CREATE INDEX ON item (note); CREATE TEMP TABLE passing (a int); DROP TABLE passing;"
      "CREATE VIEW seen AS SELECT 1");
  EXPECT_EQ(pair.blue_value("SELECT string_agg(command || ' ' || object, ', ' ORDER BY at) "
                            "FROM cutover.ddl"),
            "ALTER TABLE public.item, CREATE TABLE public.fresh");
}

class DdlGuardOf : public testing::TestWithParam<int> {
 protected:
  DdlGuardOf() : pair_(options()) {
    const auto name = pair_.databases[0].subscriptions[0].publication;
    pair_.on_blue().must(
        "CREATE SCHEMA shown; CREATE TABLE shown.one (id int PRIMARY KEY);"
        "CREATE TABLE tree (a int PRIMARY KEY) PARTITION BY RANGE (a);"
        "CREATE TABLE leaf PARTITION OF tree FOR VALUES FROM (0) TO (9);"
        "CREATE TABLE aside (id int PRIMARY KEY);"
        "CREATE PUBLICATION " +
        name + " FOR TABLE item, leaf" + (GetParam() < 15 ? "" : ", TABLES IN SCHEMA shown"));
    must_be_empty(run_phase_on(pair_, prepare_phase()));
  }
  static void must_be_empty(const std::string& failure) {
    if (!failure.empty()) throw std::runtime_error(failure);
  }
  static PairOptions options() {
    PairOptions options;
    options.blue_major = GetParam();
    options.green_major = 18;
    return options;
  }
  std::string seen() {
    return pair_.blue_value(
        "SELECT string_agg(command || ' ' || object, ', ' ORDER BY at) FROM cutover.ddl");
  }
  ServerPair pair_;
};

TEST_P(DdlGuardOf, CountsAPartitionWithItsTreeAndAPublishedSchemaWithItsTables) {
  pair_.on_blue().must(
      "ALTER TABLE tree ADD COLUMN extra int; ALTER TABLE leaf ALTER extra SET DEFAULT 1;"
      "ALTER TABLE aside ADD COLUMN extra int; DROP TABLE aside");
  const std::string of_tree = "ALTER TABLE public.tree, ALTER TABLE public.leaf";
  EXPECT_EQ(seen(), of_tree);
  if (GetParam() < 15) return;
  pair_.on_blue().must("ALTER TABLE shown.one ADD COLUMN extra int; DROP TABLE shown.one");
  EXPECT_EQ(seen(), of_tree + ", ALTER TABLE shown.one, DROP TABLE shown.one");
}

/// Locks on tables that the DDL itself does not touch would end in waiting, and in deadlocks.
TEST_P(DdlGuardOf, DdlDoesNotWaitForDdlOnOtherTables) {
  auto other = pair_.on_blue();
  other.must(
      "BEGIN; ALTER TABLE item ADD COLUMN extra int; ALTER TABLE leaf ALTER a SET DEFAULT 1");
  auto session = pair_.on_blue();
  session.must("SET lock_timeout = '5s'");
  for (const auto* ddl :
       {"CREATE TEMP TABLE passing (a int)", "CREATE TABLE fresh (id int PRIMARY KEY)",
        "CREATE TABLE next PARTITION OF tree FOR VALUES FROM (10) TO (19)",
        "ALTER TABLE next ALTER a SET DEFAULT 2", "DROP TABLE fresh"})
    EXPECT_EQ(session.run(ddl).error, "") << ddl;
  other.must("COMMIT");
  EXPECT_EQ(pair_.blue_value("SELECT count(*) FROM cutover.ddl WHERE object ~ 'passing'"), "0");
}

INSTANTIATE_TEST_SUITE_P(Majors, DdlGuardOf, testing::Values(12, 18));

TEST(DdlGuard, AnOrdinaryRoleMayGoOnWithItsDdl) {
  ServerPair pair;
  pair.on_blue().must("GRANT CREATE ON SCHEMA public TO app");
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  pair.client().must("CREATE TABLE mine (id int PRIMARY KEY)");
  EXPECT_EQ(pair.blue_value("SELECT role FROM cutover.ddl"), "app");
}

/// DDL between the second gate and the way back is sent to green before green leaves, and comes
/// back from there: a second row with the same key would stop blue's worker for good.
TEST(DdlGuard, ARowThatComesBackFromGreenIsLeftOut) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  pair.on_blue().must("ALTER TABLE item ADD COLUMN extra int");
  pair.on_blue().must(
      "CREATE TEMP TABLE echo AS SELECT * FROM cutover.ddl; SET session_replication_role = replica;"
      "INSERT INTO cutover.ddl SELECT * FROM echo; INSERT INTO cutover.ddl "
      "SELECT side, 'other', at, role, command, object FROM echo");
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM cutover.ddl"), "1");
}

TEST(DdlGuard, OnRequestRefusesAndIsGoneAfterFinish) {
  ServerPair pair;
  auto options = quick_options();
  options.wishes.ddl_guard = DdlGuard::refuses;
  ASSERT_EQ(run_phase_on(pair, prepare_phase(), options), "");
  EXPECT_NE(pair.on_blue().run("ALTER TABLE item ADD COLUMN extra int").error.find("is refused"),
            std::string::npos);
  EXPECT_FALSE(pair.on_blue().run("DROP TABLE item").ok);
  ASSERT_EQ(run_phase_on(pair, finish_phase()), "");
  pair.on_blue().must("ALTER TABLE item ADD COLUMN extra int");
}

}  // namespace
}  // namespace cutover
