// The server half of the protocol from claim to green, in the order of the plan, with a writer.
#include <gtest/gtest.h>

#include "tests/integration/servers/server_pair.h"

namespace cutover {
namespace {

class WholePath : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(WholePath, EveryAcknowledgedWriteIsOnGreenAndNoneIsAcceptedOnBlueAfterTheDecision) {
  PairOptions options;
  options.blue_major = GetParam().first;
  options.green_major = GetParam().second;
  ServerPair pair(options);
  const auto fleet = pair.armed_fleet();
  auto client = pair.client();
  for (int i = 0; i < 20; ++i) client.must("INSERT INTO item (note) VALUES ('x')");
  EXPECT_TRUE(pair.run(fleet->sync_sequences()).is_done());

  pair.pass_first_gate(*fleet);
  EXPECT_EQ(told(pair.run(fleet->writers_are_held())), told(done()));
  EXPECT_EQ(told(pair.run(fleet->schema_holds())), told(done()));
  EXPECT_EQ(told(pair.run(fleet->triggers_hold())), told(done()));
  ASSERT_EQ(told(pair.run(fleet->decide())), told(done()));
  ASSERT_EQ(told(pair.run(fleet->seal())), told(done()));
  EXPECT_EQ(told(pair.run(fleet->seal_holds())), told(done()));
  const auto mark = pair.run(fleet->set_mark());
  ASSERT_TRUE(mark) << to_text(mark.error());
  pair.wait_for_gate(*fleet, *mark);
  ASSERT_TRUE(pair.run(fleet->sync_sequences()).is_done());
  ASSERT_TRUE(pair.run(fleet->make_green_durable()));
  EXPECT_EQ(told(pair.run(fleet->servers_are_the_same())), told(done()));

  EXPECT_EQ(pair.green_value("SELECT count(*) FROM item"), "20");
  EXPECT_EQ(pair.green_value("SELECT nextval('item_id_seq')"), "21");
  auto late = pair.client();
  EXPECT_EQ(late.run("INSERT INTO item (note) VALUES ('late')").sqlstate, "25006");
  const auto record = pair.run(fleet->run_record());
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->decided && record->fenced);
  EXPECT_TRUE(pair.run(fleet->release_blue()).is_done());
}

INSTANTIATE_TEST_SUITE_P(Majors, WholePath,
                         testing::Values(std::pair{12, 18}, std::pair{13, 17}, std::pair{15, 15}));

TEST(WholePathOfTwo, DatabasesWithTwoSubscriptionsEachMoveInOneDecision) {
  PairOptions options;
  options.databases = 2;
  options.subscriptions = 2;
  options.ddl = "CREATE TABLE other (id int PRIMARY KEY, note text)";
  ServerPair pair(options);
  const auto fleet = pair.armed_fleet();
  for (const auto* name : {"app0", "app1"}) {
    auto client = pair.client("", name);
    client.must("INSERT INTO item (note) VALUES ('x'); INSERT INTO other VALUES (1, 'y')");
  }
  pair.pass_first_gate(*fleet);
  ASSERT_EQ(told(pair.run(fleet->decide())), told(done()));
  ASSERT_EQ(told(pair.run(fleet->seal())), told(done()));
  const auto mark = pair.run(fleet->set_mark());
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->subscriptions.size(), 4U);
  pair.wait_for_gate(*fleet, *mark);
  for (const auto* name : {"app0", "app1"}) {
    auto green = pair.on_green(name);
    EXPECT_EQ(green.value("SELECT count(*) FROM item") + green.value("SELECT count(*) FROM other"),
              "11");
    EXPECT_EQ(pair.client("", name).run("DELETE FROM other").sqlstate, "25006");
  }
}

}  // namespace
}  // namespace cutover
