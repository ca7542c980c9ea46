// The seal against sessions that try to slip past it.
#include <gtest/gtest.h>

#include <future>

#include "tests/integration/servers/server_pair.h"
#include "tests/support/eventually.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<ServerFleet> decided_fleet(ServerPair& pair) {
  auto fleet = pair.armed_fleet();
  pair.pass_first_gate(*fleet);
  const auto outcome = pair.run(fleet->decide());
  if (!outcome.is_done()) throw std::runtime_error(told(outcome));
  return fleet;
}

TEST(Seal, EndsEveryOldSessionButItsOwn) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto idle = pair.client();
  auto superuser = pair.on_blue();
  idle.must("SELECT 1");
  superuser.must("SELECT 1");
  pair.pass_first_gate(*fleet);
  ASSERT_TRUE(pair.run(fleet->decide()).is_done());
  EXPECT_TRUE(pair.run(fleet->seal_holds()).is_refused());
  ASSERT_EQ(told(pair.run(fleet->seal())), told(done()));
  EXPECT_TRUE(idle.run("SELECT 1").lost);
  EXPECT_TRUE(superuser.run("SELECT 1").lost);
  EXPECT_TRUE(pair.run(fleet->seal_holds()).is_done());
}

TEST(Seal, SparesASessionThatTheControllerDeclares) {
  ServerPair pair;
  const auto fleet = decided_fleet(pair);
  auto beacon = pair.on_blue();
  fleet->spare("app0", beacon.backend_pid());
  ASSERT_TRUE(pair.run(fleet->seal()).is_done());
  EXPECT_TRUE(beacon.run("SELECT 1").ok);
}

TEST(Seal, CatchesASessionThatWasLoggingInWhenTheFenceWentUp) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  pair.pass_first_gate(*fleet);
  auto logging_in =
      std::async(std::launch::async, [&] { return pair.client("-c post_auth_delay=1"); });
  auto look = pair.on_blue();
  const std::string in_login =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND mode = 'RowExclusiveLock' "
      "AND classid = 'pg_database'::regclass AND pid NOT IN (SELECT pid FROM pg_stat_activity "
      "WHERE datname IS NOT NULL)";
  ASSERT_TRUE(support::eventually(10s, [&] { return look.value(in_login) == "1"; }));
  ASSERT_TRUE(pair.run(fleet->decide()).is_done());
  const auto sealed = pair.run(fleet->seal());
  EXPECT_TRUE(sealed.is_done()) << told(sealed);
  auto late = logging_in.get();
  const auto setting = late.run("SHOW default_transaction_read_only");
  EXPECT_TRUE(setting.lost || !late.is_open())
      << "its settings were read before the fence: " << setting.value();
}

TEST(Seal, IsRefusedWhileATransactionIsPrepared) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto client = pair.client();
  client.must("BEGIN; CREATE TEMP TABLE unrelated (id int); ROLLBACK");
  client.must("BEGIN; SELECT txid_current(); PREPARE TRANSACTION 'left over'");
  pair.pass_first_gate(*fleet);
  ASSERT_TRUE(pair.run(fleet->decide()).is_done());
  const auto sealed = pair.run(fleet->seal());
  EXPECT_TRUE(sealed.is_refused()) << told(sealed);
  EXPECT_NE(sealed.detail.find("left over"), std::string::npos);
  pair.on_blue().must("ROLLBACK PREPARED 'left over'");
  EXPECT_TRUE(pair.run(fleet->seal()).is_done());
}

TEST(Seal, IsRefusedWithoutAFence) {
  ServerPair pair;
  const auto fleet = pair.armed_fleet();
  auto client = pair.client();
  client.must("SELECT 1");
  EXPECT_TRUE(pair.run(fleet->seal()).is_refused());
  EXPECT_TRUE(client.run("SELECT 1").ok);
}

TEST(Seal, LeavesReplicationRunning) {
  ServerPair pair;
  const auto fleet = decided_fleet(pair);
  ASSERT_TRUE(pair.run(fleet->seal()).is_done());
  const auto mark = pair.run(fleet->set_mark());
  ASSERT_TRUE(mark);
  pair.wait_for_gate(*fleet, *mark);
}

}  // namespace
}  // namespace cutover
