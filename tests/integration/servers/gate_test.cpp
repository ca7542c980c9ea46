// Mark, markers, the look at the gate, and what must hold beside it.
#include <gtest/gtest.h>

#include "controller/cutover/gate.h"
#include "tests/integration/servers/server_pair.h"
#include "tests/support/eventually.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

Mark mark_of(ServerPair& pair, ServerFleet& fleet) {
  const auto mark = pair.run(fleet.set_mark());
  if (!mark) throw std::runtime_error(to_text(mark.error()));
  return *mark;
}

TEST(Gate, OpensSoonAfterTheMarkAndStaysOpen) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  pair.client().must("INSERT INTO item (note) VALUES ('x')");
  const auto mark = mark_of(pair, *fleet);
  pair.wait_for_gate(*fleet, mark);
  EXPECT_EQ(pair.green_value("SELECT count(*) FROM item"), "1");
}

TEST(Gate, EveryMarkHasAMarkerOfItsOwn) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const auto first = mark_of(pair, *fleet);
  const auto second = mark_of(pair, *fleet);
  EXPECT_NE(first.subscriptions[0].marker, second.subscriptions[0].marker);
  EXPECT_LT(first.subscriptions[0].position, second.subscriptions[0].position);
  pair.wait_for_gate(*fleet, second);
  const auto sights = pair.run(fleet->look_at_gate(first));
  ASSERT_TRUE(sights);
  EXPECT_FALSE(judge_gate(first, *sights).open) << "an older marker is not visible any more";
}

TEST(Gate, IsClosedWhileTheSubscriptionIsDisabled) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const auto name = pair.databases[0].subscriptions[0].subscription;
  pair.on_green().must("ALTER SUBSCRIPTION " + name + " DISABLE");
  ASSERT_TRUE(support::eventually(
      10s, [&] { return pair.blue_value("SELECT count(*) FROM pg_stat_replication") == "0"; }));
  const auto mark = mark_of(pair, *fleet);
  const auto sights = pair.run(fleet->look_at_gate(mark));
  ASSERT_TRUE(sights);
  EXPECT_FALSE((*sights)[0].replayed);
  EXPECT_FALSE(judge_gate(mark, *sights).open);
}

TEST(Gate, IsNotFooledByASessionThatCallsItselfLikeTheSubscription) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const auto name = pair.databases[0].subscriptions[0].subscription;
  pair.on_green().must("ALTER SUBSCRIPTION " + name + " DISABLE");
  support::SqlSession impostor(pair.blue.conninfo("app0") +
                               " replication=database "
                               "application_name=" +
                               name);
  ASSERT_TRUE(impostor.is_open()) << impostor.error();
  const auto mark = mark_of(pair, *fleet);
  ASSERT_TRUE(support::eventually(10s, [&] {
    const auto sights = pair.run(fleet->look_at_gate(mark));
    return sights && !(*sights)[0].replayed;
  }));
}

TEST(Gate, ASkippedTransactionClosesIt) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const auto name = pair.databases[0].subscriptions[0].subscription;
  pair.on_green().must("ALTER SUBSCRIPTION " + name + " DISABLE");  // else a commit clears it
  pair.on_green().must("ALTER SUBSCRIPTION " + name + " SKIP (lsn = 'F/FFFFFFFF')");
  const auto sights = pair.run(fleet->look_at_gate(mark_of(pair, *fleet)));
  ASSERT_TRUE(sights);
  EXPECT_EQ((*sights)[0].skips_nothing, false);
}

TEST(Gate, TwoSubscriptionsHaveTwoMarkers) {
  PairOptions options;
  options.subscriptions = 2;
  ServerPair pair(options);
  const auto fleet = pair.armed_fleet();
  const auto mark = mark_of(pair, *fleet);
  ASSERT_EQ(mark.subscriptions.size(), 2U);
  pair.wait_for_gate(*fleet, mark);
}

TEST(Mark, WithoutAMarkerRowItIsAnErrorThatSaysPrepare) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const auto table = "cutover.\"marker_" + pair.databases[0].subscriptions[0].publication + "\"";
  pair.on_blue().must("DELETE FROM " + table);
  const auto mark = pair.run(fleet->set_mark());
  ASSERT_FALSE(mark);
  EXPECT_NE(mark.error().hint.find("cutover prepare"), std::string::npos);
}

TEST(SchemaHolds, ANewColumnOrTableIsNoticed) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  EXPECT_EQ(told(pair.run(fleet->schema_holds())), told(done()));
  pair.on_blue().must("ALTER TABLE item ADD COLUMN surprise int");
  EXPECT_TRUE(pair.run(fleet->schema_holds()).is_refused());
  pair.on_blue().must("ALTER TABLE item DROP COLUMN surprise");
  EXPECT_TRUE(pair.run(fleet->schema_holds()).is_done());
  pair.on_blue().must("CREATE TABLE surprise (id int PRIMARY KEY)");
  EXPECT_TRUE(pair.run(fleet->schema_holds()).is_refused());
}

/// What was written while it was not published stays on blue, so that adding it again is no way
/// back.
TEST(SchemaHolds, APublicationThatCarriesLessIsNoticed) {
  PairOptions options;
  options.subscriptions = 2;
  ServerPair pair(options);
  const auto fleet = pair.armed_fleet();
  EXPECT_EQ(told(pair.run(fleet->schema_holds())), told(done()));
  const auto publication =
      pair.blue_value("SELECT pubname FROM pg_publication_tables WHERE tablename = 'item'");
  pair.on_blue().must("ALTER PUBLICATION " + publication + " SET (publish = 'insert')");
  EXPECT_TRUE(pair.run(fleet->schema_holds()).is_refused());
  pair.on_blue().must("ALTER PUBLICATION " + publication +
                      " SET (publish = 'insert, update, delete, truncate')");
  EXPECT_TRUE(pair.run(fleet->schema_holds()).is_done());
  pair.on_blue().must("ALTER PUBLICATION " + publication + " DROP TABLE item");
  EXPECT_TRUE(pair.run(fleet->schema_holds()).is_refused());
  pair.on_blue().must("ALTER PUBLICATION " + publication + " ADD TABLE item");
  EXPECT_TRUE(pair.run(fleet->schema_holds()).is_refused());
}

TEST(SchemaHolds, APublishedTableThatIsNotSubscribedIsNoticed) {
  ServerPair pair;
  pair.prepare();
  pair.subscribe();
  pair.on_blue().must("CREATE TABLE later (id int PRIMARY KEY)");
  pair.on_green().must("CREATE TABLE later (id int PRIMARY KEY)");
  const auto fleet = pair.fleet();
  const auto outcome = pair.run(fleet->schema_holds());
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_NE(outcome.detail.find("later"), std::string::npos) << outcome.detail;
}

TEST(SameServers, AnotherServerOrALostSlotIsNoticed) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  EXPECT_TRUE(pair.run(fleet->servers_are_the_same()).is_done());
  const auto name = pair.databases[0].subscriptions[0].subscription;
  auto green = pair.on_green();
  green.must("ALTER SUBSCRIPTION " + name + " DISABLE");
  green.must("ALTER SUBSCRIPTION " + name + " SET (slot_name = NONE)");
  auto blue = pair.on_blue();
  ASSERT_TRUE(support::eventually(
      10s, [&] { return blue.run("SELECT pg_drop_replication_slot('" + name + "')").ok; }));
  EXPECT_TRUE(pair.run(fleet->servers_are_the_same()).is_refused());
}

TEST(GreenDurability, ThePositionLiesBelowGreensOwnWriteAndAboveAllBeforeIt) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const auto before = parse_lsn(pair.green_value("SELECT pg_current_wal_insert_lsn()"));
  const auto position = pair.run(fleet->make_green_durable());
  ASSERT_TRUE(position) << to_text(position.error());
  EXPECT_GE(*position, *before);
  EXPECT_GT(*parse_lsn(pair.green_value("SELECT pg_current_wal_insert_lsn()")), *position);
  EXPECT_EQ(pair.green_value("SELECT durable_at IS NOT NULL FROM cutover.run "
                             "WHERE side = 'green'"),
            "t");
}

TEST(Connect, EveryServerThatCannotBeReachedIsNamed) {
  ServerPair pair;
  auto databases = pair.databases;
  databases[0].blue = "host=127.0.0.1 port=1 dbname=app0 user=postgres";
  databases[0].green = "host=127.0.0.1 port=2 dbname=app0 user=postgres";
  ServerFleet fleet(forward_sides(databases), {.run_id = "run-1"});
  const auto errors = pair.run(fleet.connect());
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].what.substr(0, 9), "blue app0");
  EXPECT_EQ(errors[1].what.substr(0, 10), "green app0");
}

}  // namespace
}  // namespace cutover
