// The fence that an earlier run left on green: who may take it down, and when it is known to stand.
#include <gtest/gtest.h>

#include "tests/integration/servers/server_pair.h"

namespace cutover {
namespace {

constexpr const char* stands_sql = "SELECT fenced FROM cutover.run WHERE side = 'green'";

/// As after a run in the other direction; whoever connects to green is read-only for life.
void leave_a_fence_on_green(ServerPair& pair) {
  pair.on_green().must(
      "UPDATE cutover.run SET fenced = true, flush_due = true, decided_at = now() "
      "WHERE side = 'green'; "
      "ALTER DATABASE app0 SET default_transaction_read_only = on");
}

/// A run that has claimed and decided; green wears the fence of an earlier one.
std::unique_ptr<ServerFleet> decided_fleet_under_an_old_fence(ServerPair& pair) {
  pair.prepare();
  pair.subscribe();
  leave_a_fence_on_green(pair);
  auto fleet = pair.fleet("run-1");
  const auto claim = pair.run(fleet->claim_blue());
  if (!claim) throw std::runtime_error(to_text(claim.error()));
  const auto installed = pair.run(fleet->install_triggers());
  if (!installed.is_done()) throw std::runtime_error(told(installed));
  pair.pass_first_gate(*fleet);
  const auto decided = pair.run(fleet->decide());
  if (!decided.is_done()) throw std::runtime_error(told(decided));
  return fleet;
}

TEST(OldFence, ComesDownWithEverySessionThatWasBornUnderIt) {
  ServerPair pair;
  const auto fleet = decided_fleet_under_an_old_fence(pair);
  support::SqlSession born_under_it(pair.green.conninfo("app0", "app"));
  born_under_it.must("SELECT 1");
  EXPECT_TRUE(pair.run(fleet->old_fence_stands()).is_done());
  EXPECT_TRUE(pair.run(fleet->old_fence_is_down()).is_refused());
  const auto down = pair.run(fleet->take_down_old_fence());
  ASSERT_TRUE(down.is_done()) << told(down);
  EXPECT_EQ(pair.green_value(stands_sql), "f");
  EXPECT_EQ(pair.green_value("SHOW default_transaction_read_only"), "off");
  EXPECT_TRUE(born_under_it.run("SELECT 1").lost);
  EXPECT_TRUE(pair.run(fleet->old_fence_is_down()).is_done());
  EXPECT_TRUE(pair.run(fleet->old_fence_stands()).is_refused());
  EXPECT_TRUE(pair.run(fleet->take_down_old_fence()).is_done()) << "twice is as once";
}

TEST(OldFence, WhereItDoesNotComeDownNoSessionsEndCountsAsIfItHad) {
  ServerPair pair;
  const auto fleet = decided_fleet_under_an_old_fence(pair);
  EXPECT_TRUE(pair.run(fleet->old_fence_stands()).is_done());
  auto holder = pair.on_green();
  holder.must("SET default_transaction_read_only = off");
  holder.must("BEGIN; LOCK TABLE pg_db_role_setting IN ACCESS EXCLUSIVE MODE");
  const auto down = pair.run(fleet->take_down_old_fence());
  EXPECT_FALSE(down.is_done()) << told(down);
  EXPECT_FALSE(pair.run(fleet->old_fence_is_down()).is_done());
  holder.must("ROLLBACK");
  EXPECT_TRUE(pair.run(fleet->take_down_old_fence()).is_done());
  EXPECT_TRUE(pair.run(fleet->old_fence_is_down()).is_done());
}

TEST(OldFence, WithoutOneNothingOnGreenIsTouchedAndItCountsAsStanding) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  pair.on_green().must("ALTER DATABASE app0 SET default_transaction_read_only = on");
  EXPECT_TRUE(pair.run(fleet->old_fence_stands()).is_done());
  EXPECT_TRUE(pair.run(fleet->old_fence_is_down()).is_done());
  EXPECT_TRUE(pair.run(fleet->take_down_old_fence()).is_done());
  EXPECT_EQ(pair.green_value("SHOW default_transaction_read_only"), "on") << "it is not ours";
}

TEST(OldFence, ARunThatWasTakenOverCannotTakeItDown) {
  ServerPair pair;
  const auto zombie = decided_fleet_under_an_old_fence(pair);
  const auto recovery = pair.fleet("recovery-1");
  ASSERT_TRUE(pair.run(recovery->take_over_blue()));
  EXPECT_TRUE(pair.run(recovery->old_fence_stands()).is_done());
  const auto late = pair.run(zombie->take_down_old_fence());
  EXPECT_TRUE(late.is_refused()) << told(late);
  EXPECT_EQ(pair.green_value(stands_sql), "t");
  EXPECT_TRUE(pair.run(recovery->old_fence_stands()).is_done());
}

TEST(OldFence, IsNotKnownToStandWhereGreenHasNotHeardOfTheTakeOver) {
  ServerPair pair;
  const auto zombie = decided_fleet_under_an_old_fence(pair);
  const auto recovery = pair.fleet("recovery-1");
  ASSERT_TRUE(pair.run(recovery->take_over_blue()));
  pair.on_green().must(
      "BEGIN READ WRITE; UPDATE cutover.run SET epoch = epoch - 1 WHERE side = 'green'; COMMIT");
  EXPECT_TRUE(pair.run(recovery->old_fence_stands()).is_in_doubt());
  const auto down = pair.run(recovery->take_down_old_fence());
  EXPECT_TRUE(down.is_done()) << "it tells green first: " << told(down);
  EXPECT_EQ(pair.green_value(stands_sql), "f");
}

TEST(OldFence, IsNotKnownToStandWhereGreenHasNoRowForItself) {
  ServerPair pair;
  const auto fleet = decided_fleet_under_an_old_fence(pair);
  pair.on_green().must("BEGIN READ WRITE; DELETE FROM cutover.run WHERE side = 'green'; COMMIT");
  EXPECT_TRUE(pair.run(fleet->old_fence_stands()).is_in_doubt());
}

TEST(OldFence, IsNotKnownToStandWhereGreenIsGone) {
  ServerPair pair;
  { const auto dead = decided_fleet_under_an_old_fence(pair); }
  pair.green.stop();
  ServerFleet recovery(forward_sides(pair.databases), {.run_id = "recovery-1"});
  EXPECT_FALSE(pair.run(recovery.connect()).empty());
  ASSERT_TRUE(pair.run(recovery.take_over_blue()));
  const auto stands = pair.run(recovery.old_fence_stands());
  EXPECT_TRUE(stands.is_in_doubt()) << told(stands);
}

}  // namespace
}  // namespace cutover
