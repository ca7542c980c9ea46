// What lets blue follow green later, on real servers: who may make and remove it, from where it
// starts, and that opening it twice is as once.
#include <gtest/gtest.h>

#include "tests/integration/servers/server_pair.h"
#include "tests/support/eventually.h"
#include "tests/support/stopped_process.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

constexpr const char* back_sql = "FROM pg_subscription WHERE subname LIKE '%\\_back'";

std::vector<Sides> sides_with_a_way_back(ServerPair& pair) {
  auto sides = forward_sides(pair.databases);
  for (auto& each : sides) {
    each.replicate_back = pair.databases.front().green;
    for (const auto& subscription : each.subscriptions)
      each.way_back.push_back(way_back_of(subscription));
  }
  return sides;
}

std::unique_ptr<ServerFleet> connected(ServerPair& pair, const std::string& run_id) {
  auto fleet =
      std::make_unique<ServerFleet>(sides_with_a_way_back(pair), FleetOptions{.run_id = run_id});
  const auto errors = pair.run(fleet->connect());
  if (!errors.empty()) throw std::runtime_error(to_text(errors.front()));
  const auto remembered = pair.run(fleet->remember_schema());
  if (!remembered.is_done()) throw std::runtime_error(told(remembered));
  return fleet;
}

std::unique_ptr<ServerFleet> armed(ServerPair& pair) {
  pair.prepare();
  pair.subscribe();
  auto fleet = connected(pair, "run-1");
  const auto claim = pair.run(fleet->claim_blue());
  if (!claim) throw std::runtime_error(to_text(claim.error()));
  for (auto&& act : {pair.run(fleet->install_triggers()), pair.run(fleet->arm_way_back())})
    if (!act.is_done()) throw std::runtime_error(told(act));
  return fleet;
}

/// Up to the second gate's mark; what follows is to make green durable.
Mark decide_and_seal(ServerPair& pair, ServerFleet& fleet) {
  pair.pass_first_gate(fleet);
  for (auto&& act : {pair.run(fleet.decide()), pair.run(fleet.seal())})
    if (!act.is_done()) throw std::runtime_error(told(act));
  auto mark = pair.run(fleet.set_mark());
  if (!mark) throw std::runtime_error(to_text(mark.error()));
  pair.wait_for_gate(fleet, *mark);
  return *mark;
}

void write_on_green(ServerPair& pair, const std::string& note) {
  pair.on_green().must("INSERT INTO item (id, note) SELECT coalesce(max(id), 0) + 1, '" + note +
                       "' FROM item");
}

bool blue_gets(ServerPair& pair, const std::string& note) {
  const auto sql = "SELECT count(*) FROM item WHERE note = '" + note + "'";
  return support::eventually(20s, [&] { return pair.blue_value(sql) == "1"; });
}

std::string count_on_green(ServerPair& pair, const std::string& what) {
  return pair.green_value("SELECT count(*) FROM " + what);
}

/// Decided, sealed, the second gate passed: clients may write on green.
Mark pass_the_second_gate(ServerPair& pair, ServerFleet& fleet) {
  auto mark = decide_and_seal(pair, fleet);
  const auto position = pair.run(fleet.make_green_durable());
  if (!position) throw std::runtime_error(to_text(position.error()));
  return mark;
}

TEST(WayBackOnServers, OpenedTwiceIsAsOnceAndNoWriteIsMissedOrDoubled) {
  ServerPair pair;
  const auto fleet = armed(pair);
  pair.on_blue().must(
      "INSERT INTO item (id, note) VALUES (1, 'of blue, which must not come back')");
  const auto mark = pass_the_second_gate(pair, *fleet);
  write_on_green(pair, "before it is open");
  const auto opened = pair.run(fleet->open_way_back(mark));
  ASSERT_TRUE(opened.is_done()) << told(opened);
  EXPECT_TRUE(blue_gets(pair, "before it is open"));
  const auto again = pair.run(fleet->open_way_back(mark));
  EXPECT_TRUE(again.is_done()) << told(again);
  write_on_green(pair, "after it was opened again");
  EXPECT_TRUE(blue_gets(pair, "after it was opened again"));
  EXPECT_TRUE(pair.run(fleet->way_back_is_open()).is_done());
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM item"), "3");
}

bool blue_follows(ServerPair& pair) {
  return pair.blue_value(std::string("SELECT subenabled ") + back_sql) == "t";
}

/// Nothing of blue's has to be flushed for it.
Mark passed_long_ago(Mark mark) {
  for (auto& each : mark.subscriptions) each.position = {};
  return mark;
}

/// No slot of blue's flushes it while the test runs.
Mark far_away(Mark mark) {
  for (auto& each : mark.subscriptions) each.position = Lsn{each.position.value + (1ULL << 40)};
  return mark;
}

TEST(WayBackOnServers, GreenDoesNotLeaveBeforeBluesSlotsHaveFlushedTheMark) {
  ServerPair pair;
  const auto fleet = armed(pair);
  const auto mark = pass_the_second_gate(pair, *fleet);
  EXPECT_FALSE(pair.run(ended_within(1s, fleet->open_way_back(far_away(mark)))).is_done());
  EXPECT_EQ(pair.green_value("SELECT subenabled FROM pg_subscription"), "t");
  EXPECT_TRUE(pair.run(ended_within(20s, fleet->open_way_back(mark))).is_done());
  EXPECT_TRUE(blue_follows(pair));
}

/// What green has not received is no longer kept.
void lose_the_slot(ServerPair& pair) {
  const auto worker = pair.green_value("SELECT pid FROM pg_stat_subscription");
  const support::StoppedProcess stopped(static_cast<pid_t>(std::stol(worker)));
  const bool is_lost = support::eventually(20s, [&] {
    for (const char* act : {"SELECT txid_current()", "SELECT pg_switch_wal()", "CHECKPOINT"})
      pair.on_blue().must(act);
    return pair.blue_value("SELECT wal_status FROM pg_replication_slots") == "lost";
  });
  ASSERT_TRUE(is_lost);
}

TEST(WayBackOnServers, ASlotThatIsLostFlushesNothingMoreAndIsNotWaitedFor) {
  ServerPair pair({.blue_settings = {{"max_slot_wal_keep_size", "1MB"}}});
  const auto fleet = armed(pair);
  const auto mark = pass_the_second_gate(pair, *fleet);
  ASSERT_NO_FATAL_FAILURE(lose_the_slot(pair));
  const auto opened = pair.run(ended_within(15s, fleet->open_way_back(far_away(mark))));
  EXPECT_TRUE(opened.is_done()) << told(opened);
  EXPECT_TRUE(blue_follows(pair));
}

TEST(WayBackOnServers, BlueDoesNotFollowWhileAWorkerOfGreenMayStillApply) {
  ServerPair pair;
  const auto fleet = armed(pair);
  const auto mark = pass_the_second_gate(pair, *fleet);
  support::StoppedProcess worker(static_cast<pid_t>(
      std::stol(pair.green_value("SELECT pid FROM pg_stat_subscription WHERE relid IS NULL"))));
  EXPECT_FALSE(pair.run(ended_within(1s, fleet->open_way_back(passed_long_ago(mark)))).is_done());
  EXPECT_EQ(pair.green_value("SELECT subenabled FROM pg_subscription"), "f");
  EXPECT_FALSE(blue_follows(pair));
  worker.go_on();
  EXPECT_TRUE(pair.run(ended_within(20s, fleet->open_way_back(mark))).is_done());
  EXPECT_TRUE(blue_follows(pair));
}

TEST(WayBackOnServers, IsNotCalledOpenBeforeBlueReceivesSomething) {
  ServerPair pair;
  const auto fleet = armed(pair);
  const auto mark = pass_the_second_gate(pair, *fleet);
  pair.on_green().must(
      "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");  // of the way back
  EXPECT_FALSE(pair.run(ended_within(2s, fleet->open_way_back(passed_long_ago(mark)))).is_done());
  EXPECT_TRUE(blue_follows(pair)) << "but its worker finds no slot";
}

TEST(WayBackOnServers, MakesTheRowsOfGreenThatBlueLacksSoThatGreensUpdatesFindThem) {
  ServerPair pair;
  const auto fleet = armed(pair);
  const auto mark = pass_the_second_gate(pair, *fleet);
  pair.on_blue().must("BEGIN READ WRITE; DELETE FROM cutover.run WHERE side = 'green'; COMMIT");
  EXPECT_TRUE(pair.run(ended_within(20s, fleet->open_way_back(mark))).is_done());
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM cutover.run WHERE side = 'green'"), "1");
}

TEST(WayBackOnServers, IsArmedOnlyWhileEveryPartOfItExistsAndCanBeMadeAnew) {
  ServerPair pair;
  const auto fleet = armed(pair);
  EXPECT_TRUE(pair.run(fleet->way_back_is_armed()).is_done());
  const auto publication = pair.green_value("SELECT pubname FROM pg_publication");
  pair.on_green().must("DROP PUBLICATION \"" + publication + "\"");
  EXPECT_TRUE(pair.run(fleet->way_back_is_armed()).is_refused());
  const auto again = pair.run(fleet->arm_way_back());
  EXPECT_TRUE(again.is_done()) << told(again);
  EXPECT_TRUE(pair.run(fleet->way_back_is_armed()).is_done());
  pair.on_green().must("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
  EXPECT_TRUE(pair.run(fleet->way_back_is_armed()).is_refused());
  EXPECT_TRUE(pair.run(fleet->arm_way_back()).is_done());
  const auto subscription = pair.blue_value(std::string("SELECT subname ") + back_sql);
  pair.on_blue().must("ALTER SUBSCRIPTION \"" + subscription + "\" SET (slot_name = NONE)");
  pair.on_blue().must("DROP SUBSCRIPTION \"" + subscription + "\"");
  EXPECT_TRUE(pair.run(fleet->way_back_is_armed()).is_refused());
}

TEST(WayBackOnServers, RemovedItLeavesNothingOnEitherSideAlsoWhereGreenIsGone) {
  ServerPair pair;
  const auto fleet = armed(pair);
  EXPECT_TRUE(pair.run(fleet->disarm_way_back()).is_done());
  EXPECT_EQ(pair.blue_value(std::string("SELECT count(*) ") + back_sql), "0");
  EXPECT_EQ(count_on_green(pair, "pg_replication_slots"), "0");
  EXPECT_EQ(count_on_green(pair, "pg_publication"), "0");
  EXPECT_TRUE(pair.run(fleet->arm_way_back()).is_done());
  pair.green.stop();
  pair.run(fleet->disarm_way_back());  // in doubt where this is how it learns of the lost session
  const auto removed = pair.run(fleet->disarm_way_back());
  EXPECT_TRUE(removed.is_done()) << told(removed);
  EXPECT_EQ(pair.blue_value(std::string("SELECT count(*) ") + back_sql), "0");
}

TEST(WayBackOnServers, PublishesThroughTheRootWhereBlueDoes) {
  ServerPair pair;
  const auto fleet = armed(pair);
  EXPECT_EQ(pair.green_value("SELECT pubviaroot FROM pg_publication"), "f");
  const auto publication = pair.blue_value("SELECT pubname FROM pg_publication");
  pair.on_blue().must("ALTER PUBLICATION \"" + publication +
                      "\" SET (publish_via_partition_root = true)");
  EXPECT_TRUE(pair.run(fleet->arm_way_back()).is_done());
  EXPECT_EQ(pair.green_value("SELECT pubviaroot FROM pg_publication"), "t");
}

TEST(WayBackOnServers, IsOpenOnlyWhenBlueFollowsGreenAndGreenHasLeftAndIsThenInUse) {
  ServerPair pair;
  const auto fleet = armed(pair);
  EXPECT_TRUE(pair.run(fleet->way_back_is_open()).is_refused());
  EXPECT_TRUE(pair.run(fleet->green_has_left()).is_refused()) << "it still follows blue";
  const auto mark = pass_the_second_gate(pair, *fleet);
  EXPECT_TRUE(pair.run(fleet->green_has_left()).is_refused()) << "it still follows blue";
  const auto opened = pair.run(fleet->open_way_back(mark));
  ASSERT_TRUE(opened.is_done()) << told(opened);
  EXPECT_TRUE(pair.run(fleet->way_back_is_open()).is_done());
  EXPECT_TRUE(pair.run(fleet->green_has_left()).is_done());
  EXPECT_EQ(pair.blue_value("SELECT count(*) FROM pg_replication_slots"), "0");
  EXPECT_EQ(count_on_green(pair, "pg_subscription"), "0");
  EXPECT_TRUE(pair.run(fleet->arm_way_back()).is_refused());
  EXPECT_TRUE(pair.run(fleet->disarm_way_back()).is_refused());
  EXPECT_EQ(pair.blue_value(std::string("SELECT subenabled ") + back_sql), "t");
  const auto back = pair.blue_value(std::string("SELECT subname ") + back_sql);
  pair.on_blue().must("BEGIN READ WRITE; ALTER SUBSCRIPTION \"" + back + "\" DISABLE; COMMIT");
  EXPECT_TRUE(pair.run(fleet->way_back_is_open()).is_refused());
}

TEST(WayBackOnServers, WhatSomebodyEnabledOrDisabledByHandIsNeitherOpenNorLeft) {
  ServerPair pair;
  const auto fleet = armed(pair);
  const auto forward = pair.green_value("SELECT subname FROM pg_subscription");
  pair.on_green().must("ALTER SUBSCRIPTION \"" + forward + "\" DISABLE");
  EXPECT_TRUE(pair.run(fleet->green_has_left()).is_refused()) << "no gate was passed";
  const auto back = pair.blue_value(std::string("SELECT subname ") + back_sql);
  pair.on_blue().must("ALTER SUBSCRIPTION \"" + back + "\" ENABLE");
  EXPECT_TRUE(pair.run(fleet->way_back_is_open()).is_refused()) << "green still has its own";
}

TEST(WayBackOnServers, IsNotOpenedFromThePositionOfADecisionThatWasUndone) {
  ServerPair pair;
  const auto fleet = armed(pair);
  pass_the_second_gate(pair, *fleet);
  const auto undone = pair.run(fleet->undo_decision());
  ASSERT_TRUE(undone.is_done()) << told(undone);
  const auto mark = decide_and_seal(pair, *fleet);
  const auto opened = pair.run(fleet->open_way_back(mark));
  EXPECT_TRUE(opened.is_refused()) << told(opened);
  EXPECT_EQ(pair.green_value("SELECT subenabled FROM pg_subscription"), "t") << "nothing changed";
}

TEST(WayBackOnServers, ARunThatWasTakenOverRecordsNoPosition) {
  ServerPair pair;
  const auto zombie = armed(pair);
  decide_and_seal(pair, *zombie);
  const auto recovery = connected(pair, "recovery-1");
  ASSERT_TRUE(pair.run(recovery->take_over_blue()));
  EXPECT_FALSE(pair.run(zombie->make_green_durable()));
  EXPECT_FALSE(pair.run(zombie->make_green_durable())) << "also from a new session";
  EXPECT_EQ(count_on_green(pair, "cutover.run WHERE side = 'green' AND way_back_from IS NOT NULL"),
            "0");
}

TEST(WayBackOnServers, TheFirstPositionOfADecisionStaysAndTheNextDecisionHasItsOwn) {
  ServerPair pair;
  const auto fleet = armed(pair);
  decide_and_seal(pair, *fleet);
  const auto first = pair.run(fleet->make_green_durable());
  ASSERT_TRUE(first) << to_text(first.error());
  write_on_green(pair, "of a client");
  const auto again = pair.run(fleet->make_green_durable());
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ(*again, *first) << "what clients wrote since must not be left out";
  const auto undone = pair.run(fleet->undo_decision());
  ASSERT_TRUE(undone.is_done()) << told(undone);
  decide_and_seal(pair, *fleet);
  const auto next = pair.run(fleet->make_green_durable());
  ASSERT_TRUE(next) << to_text(next.error());
  EXPECT_GT(*next, *first);
}

/// The session that records the position, which waits for a row that somebody holds.
pid_t waiting_on_green(ServerPair& pair) {
  const auto pid = pair.green_value(
      "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
      "application_name = 'cutover/run-1'");
  return pid.empty() ? 0 : static_cast<pid_t>(std::stol(pid));
}

TEST(WayBackOnServers, APositionWithoutAnswerIsEndedBeforeTheNextSoThatItCannotTakeItsPlace) {
  ServerPair pair;
  const auto fleet = armed(pair);
  decide_and_seal(pair, *fleet);
  auto holder = pair.on_green();
  holder.must("BEGIN READ WRITE; SELECT FROM cutover.run WHERE side = 'green' FOR UPDATE");
  EXPECT_FALSE(pair.run(is_durable_within(*fleet, 500ms)));
  const pid_t waiting = waiting_on_green(pair);
  ASSERT_GT(waiting, 0);
  support::StoppedProcess stopped(waiting);  // as a server that hangs
  holder.must("COMMIT");
  const auto undone = pair.run(fleet->undo_decision());
  ASSERT_TRUE(undone.is_done()) << told(undone);
  decide_and_seal(pair, *fleet);
  EXPECT_FALSE(pair.run(is_durable_within(*fleet, 1000ms))) << "the first may still arrive";
  stopped.go_on();
  EXPECT_TRUE(pair.run(is_durable_within(*fleet, 20s)));
  const auto is_gone =
      "SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(waiting);
  EXPECT_TRUE(support::eventually(20s, [&] { return pair.green_value(is_gone) == "0"; }));
  EXPECT_EQ(pair.green_value("SELECT way_back_for FROM cutover.run WHERE side = 'green'"),
            pair.blue_value("SELECT decision FROM cutover.run WHERE side = 'blue'"));
}

TEST(WayBackOnServers, ARunThatWasTakenOverNeitherMakesNorRemovesIt) {
  ServerPair pair;
  const auto zombie = armed(pair);
  const auto recovery = connected(pair, "recovery-1");
  ASSERT_TRUE(pair.run(recovery->take_over_blue()));
  EXPECT_FALSE(pair.run(zombie->disarm_way_back()).is_done()) << "its sessions are ended";
  const auto removed_late = pair.run(zombie->disarm_way_back());
  EXPECT_TRUE(removed_late.is_refused()) << told(removed_late);
  EXPECT_EQ(pair.blue_value(std::string("SELECT count(*) ") + back_sql), "1");
  EXPECT_TRUE(pair.run(zombie->arm_way_back()).is_refused());
  const auto removed = pair.run(recovery->disarm_way_back());
  EXPECT_TRUE(removed.is_done()) << told(removed);
  EXPECT_EQ(pair.blue_value(std::string("SELECT count(*) ") + back_sql), "0");
}

TEST(WayBackOnServers, LeavesOutWhatCameFromBlueWhereBothSidesKnowHow) {
  PairOptions options;
  options.blue_major = 16;
  options.green_major = 17;
  ServerPair pair(options);
  const auto fleet = armed(pair);
  EXPECT_EQ(pair.blue_value(std::string("SELECT suborigin ") + back_sql), "none");
  EXPECT_EQ(pair.blue_value(std::string("SELECT subenabled ") + back_sql), "f");
}

}  // namespace
}  // namespace cutover
