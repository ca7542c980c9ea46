// Triggers, decision and undo against clients of every kind.
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

#include "tests/integration/servers/server_pair.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/stopped_process.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

void decide(ServerPair& pair, ServerFleet& fleet) {
  pair.pass_first_gate(fleet);
  const auto outcome = pair.run(fleet.decide());
  ASSERT_TRUE(outcome.is_done()) << told(outcome);
}

TEST(Fence, AnInstalledTriggerHindersNobodyBeforeTheDecision) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto client = pair.client();
  EXPECT_TRUE(client
                  .run("INSERT INTO item (note) VALUES ('x'); UPDATE item SET note = 'y'; "
                       "DELETE FROM item")
                  .ok);
}

TEST(Fence, AnApplicationRoleGetsReadOnlyNotPermissionDenied) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto old = pair.client();
  old.must("SELECT 1");
  decide(pair, *fleet);
  for (const auto* sql : {"INSERT INTO item (note) VALUES ('x')", "UPDATE item SET note = 'x'",
                          "DELETE FROM item", "TRUNCATE item"}) {
    const auto result = old.run(sql);
    EXPECT_EQ(result.sqlstate, "25006") << sql << ": " << result.error;
  }
  EXPECT_TRUE(old.run("SELECT count(*) FROM item").ok);
}

TEST(Fence, ClientsThatOverrideTheReadOnlySettingAreStoppedByTheTrigger) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  decide(pair, *fleet);
  auto by_option = pair.client("-c default_transaction_read_only=off");
  EXPECT_EQ(by_option.run("INSERT INTO item (note) VALUES ('x')").sqlstate, "25006");
  auto by_begin = pair.client();
  EXPECT_EQ(by_begin.run("BEGIN READ WRITE; INSERT INTO item (note) VALUES ('x')").sqlstate,
            "25006");
  auto superuser = pair.on_blue();
  superuser.must("SET default_transaction_read_only = off");
  EXPECT_EQ(superuser.run("DELETE FROM item").sqlstate, "25006");
  superuser.must("ALTER ROLE app SET default_transaction_read_only = off");
  auto by_role = pair.client();
  EXPECT_EQ(by_role.run("TRUNCATE item").sqlstate, "25006");
}

TEST(Fence, ASessionBornUnderItIsReadOnly) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  decide(pair, *fleet);
  EXPECT_EQ(pair.client().value("SHOW default_transaction_read_only"), "on");
}

TEST(Fence, AnOldSnapshotSlipsThroughAndTheSealCatchesIt) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto old = pair.client();
  old.must("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class");
  decide(pair, *fleet);
  EXPECT_TRUE(old.run("INSERT INTO item (note) VALUES ('slips')").ok);
  const auto sealed = pair.run(fleet->seal());
  ASSERT_TRUE(sealed.is_done()) << told(sealed);
  EXPECT_TRUE(old.run("COMMIT").lost);
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM item"), "0");
}

TEST(Fence, TheApplyWorkerOfAnotherSubscriptionPassesIt) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  pair.green.sql("CREATE TABLE only_back (id int PRIMARY KEY)", "app0");
  pair.green.sql("CREATE PUBLICATION back FOR TABLE only_back", "app0");
  pair.on_blue().must("CREATE TABLE only_back (id int PRIMARY KEY)");
  pair.on_blue().must("CREATE SUBSCRIPTION back CONNECTION '" + pair.green.conninfo("app0") +
                      "' PUBLICATION back");
  ASSERT_TRUE(pair.run(fleet->install_triggers()).is_done());
  decide(pair, *fleet);
  pair.green.sql("INSERT INTO only_back VALUES (1)", "app0");
  EXPECT_TRUE(support::eventually(
      20s, [&] { return pair.blue_value("SELECT count(*) FROM only_back") == "1"; }));
  auto superuser = pair.on_blue();
  superuser.must("SET default_transaction_read_only = off");
  superuser.must("DROP SUBSCRIPTION back");
}

TEST(Fence, ABusyTableGetsItsTriggerUnderTheLocks) {
  ServerPair pair;
  pair.prepare();
  pair.subscribe();
  const auto fleet = pair.fleet();
  ASSERT_TRUE(pair.run(fleet->claim_blue()));
  auto busy = pair.client();
  busy.must("BEGIN; INSERT INTO item (note) VALUES ('long')");
  const auto installed = pair.run(fleet->install_triggers());
  EXPECT_TRUE(installed.is_done()) << told(installed);
  EXPECT_NE(installed.detail.find("item"), std::string::npos);
  EXPECT_TRUE(pair.run(fleet->triggers_hold()).is_refused());
  busy.must("COMMIT");
  ASSERT_TRUE(pair.run(fleet->hold_writers(20s)).is_done());
  ASSERT_TRUE(pair.run(fleet->decide()).is_done());
  EXPECT_TRUE(pair.run(fleet->triggers_hold()).is_done());
  EXPECT_EQ(busy.run("INSERT INTO item (note) VALUES ('late')").sqlstate, "25006");
}

TEST(Fence, TriggersAreOnEveryTableOfAPartitionTreeWhateverItsName) {
  PairOptions options;
  options.ddl =
      "CREATE SCHEMA \"odd \"\"schema\"; GRANT ALL ON SCHEMA \"odd \"\"schema\" TO app;"
      "CREATE TABLE \"odd \"\"schema\".\"t'a\nb\" (id int PRIMARY KEY);"
      "CREATE TABLE \"таблица\" (id int, PRIMARY KEY (id)) PARTITION BY RANGE (id);"
      "CREATE TABLE leaf PARTITION OF \"таблица\" FOR VALUES FROM (0) TO (10);"
      "GRANT ALL ON ALL TABLES IN SCHEMA \"odd \"\"schema\" TO app";
  ServerPair pair(options);
  const auto fleet = pair.armed_fleet();
  decide(pair, *fleet);
  auto client = pair.client("-c default_transaction_read_only=off");
  for (const auto* table : {"\"odd \"\"schema\".\"t'a\nb\"", "\"таблица\"", "leaf"})
    EXPECT_EQ(client.run(std::string("INSERT INTO ") + table + " VALUES (1)").sqlstate, "25006")
        << table;
}

TEST(Fence, RemovedTriggersAreGoneEverywhere) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const std::string count = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'cutover_fence%'";
  EXPECT_EQ(pair.blue_value(count), "1");
  EXPECT_TRUE(pair.run(fleet->remove_triggers()).is_done());
  EXPECT_EQ(pair.blue_value(count), "0");
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM pg_class WHERE relname = 'fence_proof'"), "0");
}

std::string twenty_tables() {
  std::string ddl;
  for (int i = 0; i < 20; ++i)
    ddl += "CREATE TABLE t" + std::to_string(i) + " (id int PRIMARY KEY);";
  return ddl;
}

TEST(Fence, ClientsDoNotWaitForTheDiskBehindItsTriggersOneByOne) {
  PairOptions options;
  options.ddl = twenty_tables();
  options.blue_settings = {{"fsync", "on"}, {"wal_writer_delay", "10s"}};
  ServerPair pair(options);
  pair.prepare();
  pair.subscribe();
  auto fleet = pair.fleet();
  ASSERT_TRUE(pair.run(fleet->claim_blue()));
  const auto syncs = [&] { return std::stoi(pair.blue_value("SELECT wal_sync FROM pg_stat_wal")); };
  const auto before = syncs();
  ASSERT_TRUE(pair.run(fleet->install_triggers()).is_done());
  ASSERT_TRUE(pair.run(fleet->remove_triggers()).is_done());
  fleet.reset();  // a session tells what it wrote when it ends
  const std::string others =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cutover/run-1'";
  ASSERT_TRUE(support::eventually(20s, [&] { return pair.blue_value(others) == "0"; }));
  EXPECT_LT(syncs() - before, 20) << "42 triggers were made or dropped";
}

TEST(Fence, ItsTriggersStayWhileItIsUpAndForARunThatWasTakenOver) {
  ServerPair pair;
  const auto zombie = pair.armed_fleet();
  const std::string count = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'cutover_fence%'";
  pair.on_blue().must("UPDATE cutover.run SET fenced = true WHERE side = 'blue'");
  EXPECT_TRUE(pair.run(zombie->remove_triggers()).is_refused());
  EXPECT_EQ(pair.blue_value(count), "1");
  pair.on_blue().must("UPDATE cutover.run SET fenced = false WHERE side = 'blue'");
  const auto recovery = pair.fleet("recovery-1");
  ASSERT_TRUE(pair.run(recovery->take_over_blue()));
  auto late = pair.run(zombie->remove_triggers());
  for (int tries = 0; late.is_in_doubt() && tries < 5; ++tries)  // its sessions were ended
    late = pair.run(zombie->remove_triggers());
  EXPECT_TRUE(late.is_refused()) << told(late);
  EXPECT_EQ(pair.blue_value(count), "1");
  EXPECT_TRUE(pair.run(recovery->remove_triggers()).is_done());
  EXPECT_EQ(pair.blue_value(count), "0");
}

TEST(Fence, DdlThatWaitedBehindTheLocksIsSeenOnceBlueIsSealed) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  pair.pass_first_gate(*fleet);
  std::thread migration(
      [&pair] { pair.on_blue().run("ALTER TABLE item ADD COLUMN late int DEFAULT 0"); });
  const auto waits =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE "
      "'ALTER TABLE item%'";
  EXPECT_TRUE(support::eventually(20s, [&] { return pair.blue_value(waits) == "1"; }));
  EXPECT_TRUE(pair.run(fleet->schema_holds()).is_done());
  EXPECT_TRUE(pair.run(fleet->decide()).is_done());
  migration.join();
  EXPECT_TRUE(pair.run(fleet->seal()).is_done());
  const auto schema = pair.run(fleet->schema_holds());
  EXPECT_TRUE(schema.is_refused()) << told(schema);
}

TEST(Undo, GivesTheEarlierSettingBackAndEndsThoseBornUnderTheFenceOnly) {
  ServerPair pair;
  pair.on_blue().must("ALTER DATABASE app0 SET default_transaction_read_only = 'off'");
  const auto fleet = pair.armed_fleet();
  auto before = pair.client();
  before.must("SELECT 1");
  decide(pair, *fleet);
  auto under = pair.client();
  under.must("SELECT 1");
  const auto undone = pair.run(fleet->undo_decision());
  ASSERT_TRUE(undone.is_done()) << told(undone);
  EXPECT_TRUE(under.run("SELECT 1").lost);
  EXPECT_TRUE(before.run("INSERT INTO item (note) VALUES ('x')").ok);
  EXPECT_EQ(pair.client().value("SHOW default_transaction_read_only"), "off");
  EXPECT_EQ(
      pair.blue_value("SELECT setconfig FROM pg_db_role_setting AS s "
                      "JOIN pg_database AS d ON d.oid = s.setdatabase WHERE datname = 'app0'"),
      "{default_transaction_read_only=off}");
  const auto record = pair.run(fleet->run_record());
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->decided || record->fenced);
}

TEST(Undo, WithoutADecisionEndsNobody) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto client = pair.client();
  client.must("SELECT 1");
  EXPECT_TRUE(pair.run(fleet->undo_decision()).is_done());
  EXPECT_TRUE(client.run("SELECT 1").ok);
}

TEST(Undo, CutOffBetweenFenceAndSessionsIsSeenAndFinishedByTheNext) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  decide(pair, *fleet);
  auto under = pair.client();
  under.must("SELECT 1");
  auto superuser = pair.on_blue();
  superuser.must("SET default_transaction_read_only = off");
  superuser.must("UPDATE cutover.run SET fenced = false, decided_at = NULL");
  superuser.must("ALTER DATABASE app0 RESET default_transaction_read_only");
  const auto record = pair.run(fleet->run_record());
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->fenced);
  EXPECT_TRUE(pair.run(fleet->undo_decision()).is_done());
  EXPECT_TRUE(under.run("SELECT 1").lost);
}

/// The session that undoes, which waits for a row of cutover.run that somebody holds.
pid_t waiting_backend(ServerPair& pair) {
  const auto pid = pair.blue_value(
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
      "application_name = 'cutover/run-1'");
  return pid.empty() ? 0 : static_cast<pid_t>(std::stol(pid));
}

TEST(Undo, OneWithoutAnswerIsEndedBeforeTheNextSoThatItCannotTakeDownALaterDecision) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  decide(pair, *fleet);
  auto holder = pair.on_blue();
  holder.must("BEGIN READ WRITE; SELECT FROM cutover.run WHERE side = 'blue' FOR UPDATE");
  EXPECT_TRUE(pair.run(ended_within(500ms, fleet->undo_decision())).is_in_doubt());
  const pid_t waiting = waiting_backend(pair);
  ASSERT_GT(waiting, 0);
  support::StoppedProcess stopped(waiting);  // as a server that hangs
  holder.must("COMMIT");
  const auto next = pair.run(ended_within(1000ms, fleet->undo_decision()));
  EXPECT_TRUE(next.is_in_doubt()) << "the first may still arrive: " << told(next);
  stopped.go_on();
  EXPECT_TRUE(pair.run(fleet->undo_decision()).is_done());
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM pg_stat_activity WHERE pid = " +
                            std::to_string(waiting)),
            "0");
}

/// The session that ends others, which waits for somebody who is logging in.
pid_t ending_backend(ServerPair& pair) {
  const auto pid = pair.blue_value(
      "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%$seal$%' AND "
      "application_name = 'cutover/run-1'");
  return pid.empty() ? 0 : static_cast<pid_t>(std::stol(pid));
}

/// Stopped in its pg_sleep, where it holds no lock of the server's own with which everybody else
/// would hang too. psql, since it can be given up.
void stop_asleep(ServerPair& pair, pid_t backend, std::optional<support::StoppedProcess>& stopped) {
  const auto sql = "SELECT wait_event FROM pg_stat_get_activity(" + std::to_string(backend) + ")";
  EXPECT_TRUE(support::eventually(20s, [&] {
    stopped.emplace(backend);
    const auto asked =
        support::run_program({{"psql", "-XAtc", sql, pair.blue.conninfo("app0")}}, 2s);
    if (asked.output != "PgSleep\n") stopped.reset();
    return stopped.has_value();
  }));
}

TEST(Undo, AnEndOfSessionsWithoutAnswerIsEndedBeforeTheNextFenceThatItWouldCallFlushed) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  decide(pair, *fleet);
  auto look = pair.on_blue();
  auto logging_in =
      std::async(std::launch::async, [&] { return pair.client("-c post_auth_delay=5"); });
  const std::string in_login =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND mode = 'RowExclusiveLock' "
      "AND classid = 'pg_database'::regclass AND pid NOT IN (SELECT pid FROM pg_stat_activity "
      "WHERE datname IS NOT NULL)";
  ASSERT_TRUE(support::eventually(10s, [&] { return look.value(in_login) == "1"; }));
  EXPECT_TRUE(pair.run(ended_within(500ms, fleet->undo_decision())).is_in_doubt());
  EXPECT_EQ(look.value("SELECT fenced FROM cutover.run WHERE side = 'blue'"), "f");
  const pid_t ending = ending_backend(pair);
  ASSERT_GT(ending, 0);
  std::optional<support::StoppedProcess> stopped;
  stop_asleep(pair, ending, stopped);  // as a server that hangs
  logging_in.get();                    // nobody else is waited for any more
  const auto next = pair.run(ended_within(1000ms, fleet->undo_decision()));
  EXPECT_TRUE(next.is_in_doubt()) << "the first may still arrive: " << told(next);
  stopped.reset();
  EXPECT_TRUE(pair.run(fleet->undo_decision()).is_done());
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM pg_stat_activity WHERE pid = " +
                            std::to_string(ending)),
            "0");
}

TEST(Decision, IsRefusedWithoutTheLocksAndChangesNothing) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  EXPECT_TRUE(pair.run(fleet->decide()).is_refused());
  EXPECT_EQ(pair.client().value("SHOW default_transaction_read_only"), "off");
}

TEST(Decision, IsRefusedWhenTheServerLetGoAtTheEndOfTheLease) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  ASSERT_TRUE(pair.run(fleet->hold_writers(100ms)).is_done());
  auto client = pair.client();
  client.must("SET statement_timeout = '5s'");
  EXPECT_TRUE(client.run("INSERT INTO item (note) VALUES ('x')").ok);
  EXPECT_TRUE(pair.run(fleet->writers_are_held()).is_refused());
  const auto decided = pair.run(fleet->decide());
  EXPECT_TRUE(decided.is_refused()) << told(decided);
  EXPECT_EQ(pair.blue_value("SELECT fenced FROM cutover.run WHERE side = 'blue'"), "f");
}

constexpr const char* fence_triggers_sql =
    "SELECT count(*) FROM pg_trigger WHERE tgname = 'cutover_fence_blue'";

TEST(Decision, IsFlushedWithTheFencesTriggersAlsoWhereTheDatabaseCommitsAsynchronously) {
  ServerPair pair({.blue_settings = {{"wal_writer_delay", "10s"}}});
  pair.on_blue().must("ALTER DATABASE app0 SET synchronous_commit = off");
  const auto fleet = pair.armed_fleet();
  decide(pair, *fleet);
  pair.blue.kill9();
  pair.blue.start();
  EXPECT_EQ(pair.blue_value("SELECT fenced FROM cutover.run WHERE side = 'blue'"), "t");
  EXPECT_EQ(pair.blue_value(fence_triggers_sql), "1");
}

TEST(Decision, MakesAgainTheTriggersThatACrashTookAway) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  pair.blue.kill9();
  pair.blue.start();
  pair.on_blue().must("DROP TRIGGER IF EXISTS cutover_fence_blue ON item");  // or the crash has
  ASSERT_TRUE(
      support::eventually(20s, [&] { return pair.run(fleet->freshen_sessions()).is_done(); }));
  ASSERT_TRUE(support::eventually(
      20s, [&] { return pair.blue_value("SELECT count(*) FROM pg_stat_replication") == "1"; }));
  decide(pair, *fleet);
  EXPECT_EQ(pair.blue_value(fence_triggers_sql), "1");
}

}  // namespace
}  // namespace cutover
