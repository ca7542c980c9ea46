// finish: nothing of the migration is left, what is not ours stays, and a writer is noticed first.
#include <gtest/gtest.h>

#include "tests/integration/phases/phase_pair.h"

namespace cutover {
namespace {

constexpr const char* traces_sql = R"(
SELECT (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM pg_subscription)
  + (SELECT count(*) FROM pg_replication_slots) + (SELECT count(*) FROM pg_replication_origin)
  + (SELECT count(*) FROM pg_event_trigger)
  + (SELECT count(*) FROM pg_namespace WHERE nspname = 'cutover')
  + (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'cutover%')
  + (SELECT count(*) FROM pg_db_role_setting))";

PhaseOptions lifting() {
  auto options = quick_options();
  options.wishes.finish.fence = FenceAtEnd::lifted;
  return options;
}

/// Fenced and decided, as after a switch to green.
void fence_blue(ServerPair& pair) {
  auto fleet = pair.armed_fleet();
  pair.pass_first_gate(*fleet);
  const auto decided = pair.run(fleet->decide());
  if (!decided.is_done()) throw std::runtime_error(told(decided));
}

TEST(Finish, BeforeACutoverItTakesEverythingAway) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  ASSERT_EQ(run_phase_on(pair, subscribe_phase()), "");
  ASSERT_EQ(run_phase_on(pair, finish_phase()), "");
  EXPECT_EQ(pair.blue_value(traces_sql), "0");
  EXPECT_EQ(pair.green_value(traces_sql), "0");
}

TEST(Finish, TheSecondRunOnlyLooks) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  ASSERT_EQ(run_phase_on(pair, finish_phase()), "");
  EXPECT_EQ(steps_taken(pair, finish_phase(), quick_options()),
            std::vector<std::string>{"nothing_left"});
}

TEST(Finish, WhatOthersMadeStays) {
  ServerPair pair;
  pair.on_blue().must("CREATE PUBLICATION theirs FOR TABLE item");
  pair.on_blue().must("SELECT pg_create_logical_replication_slot('theirs', 'pgoutput')");
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  ASSERT_EQ(run_phase_on(pair, finish_phase()), "");
  EXPECT_EQ(pair.blue_value("SELECT pubname FROM pg_publication"), "theirs");
  EXPECT_EQ(pair.blue_value("SELECT slot_name FROM pg_replication_slots"), "theirs");
}

TEST(Finish, KeepsTheFenceUnlessItIsToBeLifted) {
  ServerPair pair;
  fence_blue(pair);
  ASSERT_EQ(run_phase_on(pair, finish_phase()), "");
  EXPECT_FALSE(pair.client().run("INSERT INTO item (note) VALUES ('late')").ok);
  EXPECT_FALSE(
      pair.client().run("BEGIN READ WRITE; INSERT INTO item (note) VALUES ('late'); COMMIT").ok);
  EXPECT_EQ(pair.green_value(traces_sql), "0");
  ASSERT_EQ(run_phase_on(pair, finish_phase(), lifting()), "");
  EXPECT_EQ(pair.blue_value(traces_sql), "0");
  pair.client().must("INSERT INTO item (note) VALUES ('blue is free')");
}

TEST(Finish, AWriterOnTheRetiredSideIsNamedAndNothingIsTaken) {
  ServerPair pair;
  fence_blue(pair);
  auto writer = pair.on_blue();
  writer.must(
      "SET application_name = 'forgotten job'; BEGIN READ WRITE; "
      "SELECT pg_current_xact_id()");
  const auto failure = run_phase_on(pair, finish_phase());
  EXPECT_NE(failure.find("forgotten job"), std::string::npos) << failure;
  EXPECT_EQ(pair.green_value("SELECT count(*) FROM pg_subscription"), "1");
}

TEST(Finish, WhileAnotherRunIsConnectedItIsRefused) {
  ServerPair pair;
  ASSERT_EQ(run_phase_on(pair, prepare_phase()), "");
  auto other = pair.on_blue();
  other.must("SET application_name = 'cutover/another-run'");
  EXPECT_TRUE(check_outcome(pair, finish_phase(), "settled", quick_options()).is_refused());
}

}  // namespace
}  // namespace cutover
