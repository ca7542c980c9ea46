// Who may act on blue: lock, epoch, and taking over from the dead and the undead.
#include <gtest/gtest.h>

#include "tests/integration/servers/server_pair.h"
#include "tests/support/eventually.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

TEST(Claim, ASecondRunIsRefusedAndToldWhoHasIt) {
  ServerPair pair;
  pair.prepare();
  const auto first = pair.fleet("run-1");
  const auto second = pair.fleet("run-2");
  ASSERT_TRUE(pair.run(first->claim_blue()));
  const auto refused = pair.run(second->claim_blue());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("cutover/run-1"), std::string::npos) << refused.error().what;
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST(Claim, TheNextRunGetsTheNextEpoch) {
  ServerPair pair;
  pair.prepare();
  const auto first = pair.fleet("run-1");
  const auto claim = pair.run(first->claim_blue());
  ASSERT_TRUE(claim);
  EXPECT_TRUE(pair.run(first->release_blue()).is_done());
  const auto second = pair.fleet("run-2");
  const auto next = pair.run(second->claim_blue());
  ASSERT_TRUE(next) << to_text(next.error());
  EXPECT_EQ(next->epoch, claim->epoch + 1);
  const auto record = pair.run(second->run_record());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->claim, *next);
}

TEST(Claim, BeforePrepareNothingIsClaimedAndTheHintSaysWhatToDo) {
  ServerPair pair;
  const auto fleet = pair.fleet();
  const auto record = pair.run(fleet->run_record());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->claim.epoch, 0U);
  const auto claim = pair.run(fleet->claim_blue());
  ASSERT_FALSE(claim);
  EXPECT_EQ(claim.error().hint, "run `cutover prepare`");
}

TEST(Claim, ADecisionLeftBehindIsRefusedUntilRecovery) {
  ServerPair pair;
  {
    const auto dead = pair.armed_fleet("run-1");
    pair.pass_first_gate(*dead);
    ASSERT_TRUE(pair.run(dead->decide()).is_done());
  }
  const auto next = pair.fleet("run-2");
  const auto claim = pair.run(next->claim_blue());
  ASSERT_FALSE(claim);
  EXPECT_NE(claim.error().hint.find("cutover recover"), std::string::npos);
  ASSERT_TRUE(pair.run(next->take_over_blue()));
  ASSERT_EQ(told(pair.run(next->undo_decision())), told(done()));
  EXPECT_TRUE(pair.run(next->release_blue()).is_done());
  EXPECT_TRUE(pair.run(next->claim_blue()));
}

TEST(Claim, AStaleRunCanNeitherDecideNorUndo) {
  ServerPair pair;
  const auto stale = pair.armed_fleet("run-1");
  pair.pass_first_gate(*stale);
  pair.on_blue().must(
      "UPDATE cutover.run SET epoch = epoch + 1, run_id = 'run-2' "
      "WHERE side = 'blue'");
  const auto decided = pair.run(stale->decide());
  EXPECT_TRUE(decided.is_refused()) << told(decided);
  EXPECT_TRUE(pair.client().run("INSERT INTO item (note) VALUES ('x')").ok);
  pair.on_blue().must("UPDATE cutover.run SET fenced = true, flush_due = true");
  const auto undone = pair.run(stale->undo_decision());
  EXPECT_TRUE(undone.is_refused()) << told(undone);
  EXPECT_EQ(pair.blue_value("SELECT fenced FROM cutover.run WHERE side = 'blue'"), "t");
}

TEST(Claim, TakingOverEndsTheRunBeforeWithItsLocksAndItsOpenTransactions) {
  ServerPair pair;
  const auto zombie = pair.armed_fleet("run-1");
  pair.pass_first_gate(*zombie);
  auto blocker = pair.on_blue();
  blocker.must("BEGIN; SELECT * FROM cutover.run FOR UPDATE");
  const auto recovery = pair.fleet("run-2");
  const auto claim = pair.run(recovery->take_over_blue());
  ASSERT_TRUE(claim) << to_text(claim.error());
  EXPECT_FALSE(blocker.run("COMMIT").ok);
  EXPECT_TRUE(pair.client()
                  .run("SET statement_timeout = 2000; "
                       "INSERT INTO item (note) VALUES ('x')")
                  .ok);
  EXPECT_FALSE(pair.run(zombie->decide()).is_done());
  EXPECT_EQ(pair.blue_value("SELECT fenced FROM cutover.run WHERE side = 'blue'"), "f");
}

TEST(Claim, ADecisionIsSeenWhateverTheOrderOfDatabasesIsNow) {
  PairOptions options;
  options.databases = 2;
  ServerPair pair(options);
  const auto fleet = pair.armed_fleet();
  pair.pass_first_gate(*fleet);
  ASSERT_TRUE(pair.run(fleet->decide()).is_done());
  auto reordered = pair.databases;
  std::swap(reordered.front(), reordered.back());
  ServerFleet later(forward_sides(reordered), {.run_id = "run-2"});
  const auto record = pair.run(later.run_record());
  ASSERT_TRUE(record) << to_text(record.error());
  EXPECT_TRUE(record->decided);
}

TEST(Claim, SessionsThatWereEndedAreOpenedAgainWithTheClaimsLockBeforeClientsWait) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  const auto end_all =
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
      "WHERE application_name = 'cutover/run-1'";
  const auto still_there =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cutover/run-1'";
  pair.blue_value(end_all);
  pair.green_value(end_all);
  EXPECT_TRUE(support::eventually(20s, [&] { return pair.blue_value(still_there) == "0"; }));
  const auto fresh = pair.run(fleet->freshen_sessions());
  ASSERT_TRUE(fresh.is_done()) << told(fresh);
  pair.pass_first_gate(*fleet);
  const auto other = pair.fleet("run-2");
  const auto refused = pair.run(other->claim_blue());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("holds the claim"), std::string::npos);
}

TEST(Claim, RecoveryGoesBackAlsoWhenGreenIsGone) {
  ServerPair pair;
  {
    const auto dead = pair.armed_fleet("run-1");
    pair.pass_first_gate(*dead);
    ASSERT_TRUE(pair.run(dead->decide()).is_done());
  }
  pair.green.stop();
  ServerFleet recovery(forward_sides(pair.databases), {.run_id = "run-2"});
  EXPECT_FALSE(pair.run(recovery.connect()).empty());
  const auto claim = pair.run(recovery.take_over_blue());
  ASSERT_TRUE(claim) << to_text(claim.error());
  EXPECT_TRUE(pair.run(recovery.servers_are_the_same()).is_in_doubt());
  EXPECT_EQ(told(pair.run(recovery.undo_decision())), told(done()));
  EXPECT_TRUE(pair.client().run("INSERT INTO item (note) VALUES ('x')").ok);
}

}  // namespace
}  // namespace cutover
