// Holding writers: who waits, who does not, and who lets go.
#include <gtest/gtest.h>

#include <future>

#include "tests/integration/servers/server_pair.h"
#include "tests/support/eventually.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

TEST(WriterLocks, WritersWaitAndReadersDoNot) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  ASSERT_TRUE(pair.run(fleet->hold_writers(20s)).is_done());
  auto client = pair.client();
  EXPECT_TRUE(client.run("SET statement_timeout = 2000; SELECT count(*) FROM item").ok);
  EXPECT_EQ(client.run("SET lock_timeout = 50; INSERT INTO item (note) VALUES ('x')").sqlstate,
            "55P03");
  EXPECT_TRUE(pair.run(fleet->hold_writers(20s)).is_done());
  EXPECT_TRUE(pair.run(fleet->release_writers()).is_done());
  EXPECT_TRUE(client.run("INSERT INTO item (note) VALUES ('x')").ok);
  EXPECT_TRUE(pair.run(fleet->release_writers()).is_done());
}

TEST(WriterLocks, ABypassingWriterIsNamedWhenItKeepsItsTable) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto writer = pair.client();
  writer.must("SET application_name = 'nightly job'; BEGIN; INSERT INTO item (note) VALUES ('x')");
  const auto held = pair.run(fleet->hold_writers(20s));
  EXPECT_TRUE(held.is_refused());
  EXPECT_NE(held.detail.find("nightly job"), std::string::npos) << held.detail;
  writer.must("COMMIT");
  EXPECT_TRUE(pair.run(fleet->hold_writers(20s)).is_done());
}

TEST(WriterLocks, ASelectForUpdateDoesNotStandInTheWay) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto reader = pair.client();
  reader.must("INSERT INTO item (note) VALUES ('x')");
  reader.must("BEGIN; SELECT * FROM item FOR UPDATE");
  EXPECT_TRUE(pair.run(fleet->hold_writers(20s)).is_done());
}

TEST(WriterLocks, AnAutovacuumYields) {
  PairOptions options;
  options.blue_settings = {{"autovacuum_naptime", "1s"},
                           {"autovacuum_vacuum_cost_delay", "100ms"},
                           {"autovacuum_vacuum_cost_limit", "1"}};
  ServerPair pair(options);
  const auto fleet = pair.armed_fleet();
  pair.on_blue().must(
      "INSERT INTO item (note) SELECT repeat('x', 500) FROM "
      "generate_series(1, 20000)");
  pair.on_blue().must("DELETE FROM item");
  auto look = pair.on_blue();
  ASSERT_TRUE(support::eventually(30s, [&] {
    return look.value(
               "SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid = "
               "'item'::regclass") == "1";
  }));
  const auto held = pair.run(fleet->hold_writers(20s));
  EXPECT_TRUE(held.is_done()) << told(held);
}

TEST(WriterLocks, TooManyTablesForTheLockTableAreRefusedBeforehand) {
  PairOptions options;
  options.blue_settings = {{"max_locks_per_transaction", "10"}, {"max_connections", "30"}};
  ServerPair pair(options);
  pair.on_blue().must(
      "DO $$ BEGIN FOR i IN 1..350 LOOP EXECUTE format("
      "'CREATE TABLE many_%s (id int PRIMARY KEY)', i); COMMIT; END LOOP; END $$");
  pair.prepare();
  const auto fleet = pair.fleet();
  ASSERT_TRUE(pair.run(fleet->claim_blue()));
  const auto installed = pair.run(fleet->install_triggers());
  EXPECT_TRUE(installed.is_refused());
  EXPECT_NE(installed.hint.find("max_locks_per_transaction"), std::string::npos);
}

/// Each alone would fit, and they are held at the same moment.
TEST(WriterLocks, TheTablesOfAllDatabasesHaveToFitTheLockTableTogether) {
  PairOptions options;
  options.databases = 2;
  options.blue_settings = {{"max_locks_per_transaction", "10"}, {"max_connections", "30"}};
  ServerPair pair(options);
  for (const char* database : {"app0", "app1"})
    pair.on_blue(database).must(
        "DO $$ BEGIN FOR i IN 1..180 LOOP EXECUTE format("
        "'CREATE TABLE many_%s (id int PRIMARY KEY)', i); COMMIT; END LOOP; END $$");
  pair.prepare();
  const auto fleet = pair.fleet();
  ASSERT_TRUE(pair.run(fleet->claim_blue()));
  const auto installed = pair.run(fleet->install_triggers());
  EXPECT_TRUE(installed.is_refused()) << told(installed);
  EXPECT_NE(installed.detail.find("362 published tables"), std::string::npos) << told(installed);
}

TEST(Traffic, ShowsTransactionsVacuumsAndPreparedOnes) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const auto quiet = pair.run(fleet->look_at_traffic());
  ASSERT_TRUE(quiet) << to_text(quiet.error());
  ASSERT_TRUE(quiet->lag_bytes && quiet->oldest_transaction && quiet->vacuums);
  EXPECT_EQ(quiet->oldest_transaction->count(), 0);
  auto client = pair.client();
  client.must("BEGIN; INSERT INTO item (note) VALUES ('x'); PREPARE TRANSACTION 'p'");
  client.must("BEGIN; SELECT 1");
  ASSERT_TRUE(support::eventually(5s, [&] {
    const auto busy = pair.run(fleet->look_at_traffic());
    return busy && busy->oldest_transaction->count() > 0 && busy->prepared_transactions == 1;
  }));
  pair.on_blue().must("ROLLBACK PREPARED 'p'");
}

/// Green says what it has applied when it has nothing more to do, and blue measures once a second:
/// so what comes behind the slow one waits, and it may take another round.
TEST(Traffic, ShowsHowLongGreenTakesToApplyWhileMoreIsToCome) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto green = pair.on_green();
  auto client = pair.client();
  std::optional<milliseconds> latency;
  for (int round = 0; round < 5 && latency < milliseconds(1000); ++round) {
    green.must("SELECT pg_sleep(1.1); BEGIN; LOCK TABLE item");  // durations are the condition here
    client.must("INSERT INTO item (note) VALUES ('waits')");
    green.must("SELECT pg_sleep(1.2)");
    green.must("COMMIT; BEGIN; LOCK TABLE item");
    client.must("INSERT INTO item (note) VALUES ('comes behind')");
    const auto sight = pair.run(fleet->look_at_traffic());
    if (sight) latency = sight->apply_latency;
    green.must("COMMIT");
  }
  EXPECT_GE(latency, milliseconds(1000));
  EXPECT_TRUE(support::eventually(20s, [&] {
    const auto sight = pair.run(fleet->look_at_traffic());
    return sight && sight->apply_latency == milliseconds(0);
  }));
}

TEST(Traffic, WithoutAWalsenderTheLagIsUnknown) {
  ServerPair pair;
  pair.prepare();
  const auto fleet = pair.fleet();
  const auto sight = pair.run(fleet->look_at_traffic());
  ASSERT_TRUE(sight);
  EXPECT_FALSE(sight->lag_bytes);
  EXPECT_FALSE(sight->apply_latency);
}

}  // namespace
}  // namespace cutover
