// Sequences of every kind, on real servers.
#include <gtest/gtest.h>

#include "controller/servers/schema.h"
#include "tests/integration/servers/server_pair.h"
#include "tests/support/stopped_process.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

constexpr const char* every_kind = R"(
CREATE SEQUENCE ascending; CREATE SEQUENCE descending INCREMENT -2 MAXVALUE 100 START 100;
CREATE SEQUENCE cycling MAXVALUE 5 CYCLE; CREATE SEQUENCE untouched; CREATE SEQUENCE ahead;
CREATE SEQUENCE "odd ""name'" ; CREATE SEQUENCE reset_by_hand;
CREATE TABLE with_identity (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY))";

std::string state(support::SqlSession session, const std::string& sequence) {
  return session.value("SELECT last_value || '/' || is_called FROM " + sequence);
}

/// Green has a row that tells who may set something there.
std::unique_ptr<ServerFleet> prepared_fleet(ServerPair& pair) {
  pair.on_green().must(own_schema_sql({}) + own_rows_sql("green", {}));
  return pair.fleet();
}

TEST(Sequences, EveryKindIsBroughtToBluesAndNoneAgainstItsDirection) {
  PairOptions options;
  options.ddl = every_kind;
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  pair.on_blue().must(
      "SELECT nextval('ascending') FROM generate_series(1, 7);"
      "SELECT nextval('descending') FROM generate_series(1, 3);"
      "SELECT nextval('cycling') FROM generate_series(1, 7);"
      "SELECT nextval('\"odd \"\"name''\"'); SELECT nextval('ahead');"
      "SELECT setval('reset_by_hand', 42, false);"
      "INSERT INTO with_identity DEFAULT VALUES");
  pair.on_green().must("SELECT setval('ahead', 500); SELECT setval('cycling', 4)");
  const auto outcome = pair.run(fleet->sync_sequences());
  ASSERT_TRUE(outcome.is_done()) << told(outcome);
  for (const auto* name : {"ascending", "descending", "cycling", "untouched", "\"odd \"\"name'\"",
                           "reset_by_hand", "with_identity_id_seq"})
    EXPECT_EQ(state(pair.on_green(), name), state(pair.on_blue(), name)) << name;
  EXPECT_EQ(state(pair.on_green(), "ahead"), "500/true");
  EXPECT_EQ(pair.green_value("SELECT nextval('descending')"), "94");
}

TEST(Sequences, ASecondCallSetsOnlyWhatDiffersAndSeesNewOnes) {
  PairOptions options;
  options.ddl = every_kind;
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  pair.on_blue().must("SELECT nextval('ascending')");
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "1 set");
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "");
  pair.on_blue().must("SELECT nextval('untouched')");
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "1 set");
  for (const auto* side : {&pair.blue, &pair.green}) side->sql("CREATE SEQUENCE newer", "app0");
  pair.on_blue().must("SELECT nextval('newer')");
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "1 set");
  EXPECT_EQ(state(pair.on_green(), "newer"), "1/true");
}

TEST(Sequences, ASecondCallFollowsWhatWasSetOrRestartedByHand) {
  PairOptions options;
  options.ddl = every_kind;
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  pair.on_blue().must("SELECT nextval('ascending'), nextval('cycling')");
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  pair.on_blue().must(
      "SELECT setval('untouched', 70, false); SELECT nextval('descending');"
      "ALTER SEQUENCE cycling RESTART WITH 3; SELECT setval('reset_by_hand', 9)");
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "4 set");
  for (const auto* name : {"untouched", "descending", "cycling", "reset_by_hand"})
    EXPECT_EQ(state(pair.on_green(), name), state(pair.on_blue(), name)) << name;
}

TEST(Sequences, OneThatSomebodyMovedAheadOnGreenMeanwhileIsLeftThere) {
  PairOptions options;
  options.ddl = every_kind;
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  pair.on_green().must(
      "SELECT setval('ascending', 500); SELECT setval('descending', 10);"
      "ALTER SEQUENCE ahead RESTART WITH 600");
  pair.on_blue().must(
      "SELECT setval('ascending', 7); SELECT setval('descending', 80); SELECT setval('ahead', 8)");
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  EXPECT_EQ(state(pair.on_green(), "ascending"), "500/true");
  EXPECT_EQ(state(pair.on_green(), "descending"), "10/true");
  EXPECT_EQ(state(pair.on_green(), "ahead"), "600/false");
}

// The position on blue is the same again when the table was filled again: green alone tells.
TEST(Sequences, OneThatAReplicatedTruncateRestartedOnGreenIsBroughtBack) {
  PairOptions options;
  options.ddl = every_kind;
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  pair.on_blue().must("SELECT setval('ascending', 1000)");
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  pair.on_green().must("ALTER SEQUENCE ascending RESTART");
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "1 set");
  EXPECT_EQ(state(pair.on_green(), "ascending"), "1000/true");
}

TEST(Sequences, TwoThatChangedNamesAreToldApart) {
  PairOptions options;
  options.ddl = every_kind;
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  pair.on_blue().must("SELECT setval('ascending', 10), setval('untouched', 2000)");
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  pair.on_blue().must(
      "ALTER SEQUENCE ascending RENAME TO other; ALTER SEQUENCE untouched RENAME TO ascending;"
      "ALTER SEQUENCE other RENAME TO untouched; SELECT setval('ascending', 3000)");
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  EXPECT_EQ(state(pair.on_green(), "ascending"), "3000/true");
  EXPECT_EQ(state(pair.on_green(), "untouched"), "2000/true");
}

TEST(Sequences, ASecondCallFollowsANewDirection) {
  PairOptions options;
  options.ddl = every_kind;
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  pair.on_blue().must("SELECT setval('ascending', 50)");
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  for (const auto* side : {&pair.blue, &pair.green})
    side->sql("ALTER SEQUENCE ascending INCREMENT -1", "app0");
  pair.on_blue().must("SELECT setval('ascending', 40)");
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "1 set");
  EXPECT_EQ(state(pair.on_green(), "ascending"), "40/true");
}

TEST(Sequences, ASecondCallFollowsANewNameOfTheSchema) {
  PairOptions options;
  options.ddl = "CREATE SCHEMA one; CREATE SEQUENCE one.s";
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  pair.on_blue().must("SELECT setval('one.s', 60)");
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  for (const auto* side : {&pair.blue, &pair.green})
    side->sql("ALTER SCHEMA one RENAME TO two", "app0");
  pair.on_blue().must("SELECT setval('two.s', 70)");
  const auto outcome = pair.run(fleet->sync_sequences());
  EXPECT_EQ(outcome.detail, "1 set") << told(outcome);
  EXPECT_EQ(state(pair.on_green(), "two.s"), "70/true");
}

TEST(Sequences, OneThatIsBeingAlteredOnBlueIsReadAllTheSame) {
  PairOptions options;
  options.ddl = every_kind;
  ServerPair pair(options);
  const auto fleet = prepared_fleet(pair);
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  pair.on_blue().must("SELECT setval('ascending', 70)");
  auto altering = pair.on_blue();
  altering.must("BEGIN; ALTER SEQUENCE ascending OWNED BY NONE");
  const auto outcome = pair.run(fleet->sync_sequences());
  EXPECT_TRUE(outcome.is_done()) << told(outcome);
  EXPECT_EQ(state(pair.on_green(), "ascending"), "70/true");
}

TEST(Sequences, ARunThatWasTakenOverSetsNone) {
  PairOptions options;
  options.ddl = "CREATE SEQUENCE cycling CYCLE";
  ServerPair pair(options);
  const auto zombie = pair.armed_fleet();
  const auto recovery = pair.fleet("recovery-1");
  ASSERT_TRUE(pair.run(recovery->take_over_blue()));
  pair.on_blue().must("SELECT setval('cycling', 7)");
  pair.run(zombie->sync_sequences());  // its sessions on blue are ended
  const auto late = pair.run(zombie->sync_sequences());
  EXPECT_TRUE(late.is_refused()) << told(late);
  EXPECT_EQ(pair.green_value("SELECT last_value FROM cycling"), "1");
  EXPECT_EQ(pair.run(recovery->sync_sequences()).detail, "1 set");
}

TEST(Sequences, ASetWithoutAnswerIsEndedBeforeClientsMayBeOnGreen) {
  PairOptions options;
  options.ddl = "CREATE SEQUENCE held";
  ServerPair pair(options);
  const auto fleet = pair.armed_fleet();
  pair.on_blue().must("SELECT nextval('held')");
  auto holder = pair.on_green();
  holder.must("BEGIN; ALTER SEQUENCE held CACHE 1");
  EXPECT_TRUE(pair.run(ended_within(500ms, fleet->sync_sequences())).is_in_doubt());
  const auto pid = pair.green_value(
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
      "application_name = 'cutover/run-1'");
  ASSERT_NE(pid, "");
  support::StoppedProcess stopped(static_cast<pid_t>(std::stol(pid)));  // as a server that hangs
  holder.must("ROLLBACK");
  EXPECT_FALSE(pair.run(is_durable_within(*fleet, 1s))) << "the values may still arrive";
  stopped.go_on();
  EXPECT_TRUE(pair.run(is_durable_within(*fleet, 20s)));
}

TEST(Sequences, OneThatGreenLacksIsNamed) {
  ServerPair pair;
  const auto fleet = prepared_fleet(pair);
  pair.on_blue().must("CREATE SEQUENCE only_blue");
  const auto outcome = pair.run(fleet->sync_sequences());
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_NE(outcome.detail.find("only_blue"), std::string::npos);
}

TEST(Sequences, AThousandAreReadAndSet) {
  ServerPair pair;
  for (const auto* side : {&pair.blue, &pair.green})
    side->sql(
        "DO $$ BEGIN FOR i IN 1..1000 LOOP EXECUTE 'CREATE SEQUENCE s' || i; END LOOP; END $$",
        "app0");
  pair.on_blue().must("SELECT nextval('s' || i) FROM generate_series(1, 1000) AS i");
  const auto fleet = prepared_fleet(pair);
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "1000 set");
  EXPECT_EQ(pair.run(fleet->sync_sequences()).detail, "");
}

}  // namespace
}  // namespace cutover
