// What is counted, watched and shown of clients who are held, whichever way a switch came about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/agent_harness.h"

namespace cutover::agent {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

const Claim held_run = {"run-1", 1};
const std::string app_is_held = "cutover_entry_paused{entry=\"app\",pgbouncer=\"first\"} 1";
const std::string one_switch = "cutover_resumes_total{reason=\"switch\"} 1";
const std::string no_pause = "cutover_pause_started_timestamp_seconds 0\n";

class Held : public testing::Test, protected AgentHarness {
 protected:
  /// The promise is on disk, and one process could not be brought to its new route.
  void stick_in_a_switch() {
    hold(held_run);
    second.is_up = false;
    ASSERT_EQ(switch_route(held_run).state().phase(), proto::SWITCHING);
  }
};

TEST_F(Held, ASwitchAfterTheLeaseIsCountedAndItsQueueWatched) {
  hold(held_run);
  clock.time.since_boot += milliseconds(3001);
  ASSERT_TRUE(settle());
  first.commands.clear();
  ASSERT_EQ(switch_route(held_run).outcome(), proto::DONE);
  EXPECT_TRUE(metrics_tell(one_switch));
  EXPECT_TRUE(settle());
  EXPECT_GT(first.sent("SHOW SERVERS"), 0) << "nobody looked for stragglers";
}

TEST_F(Held, ASwitchTakenUpAfterARestartIsCountedAndItsQueueWatched) {
  stick_in_a_switch();
  restart_agent();
  first.commands.clear();
  second.is_up = true;
  ASSERT_TRUE(settle());
  EXPECT_TRUE(metrics_tell(one_switch));
  EXPECT_GT(first.sent("SHOW SERVERS"), 0) << "nobody looked for stragglers";
}

TEST_F(Held, WhoSettlesWaitsForTheQueueToo) {
  stick_in_a_switch();
  restart_agent();
  second.is_up = true;
  first.entries["app"].clients_waiting = 3;
  first.on_command = [this](const std::string& command) {
    if (command == "SET server_login_retry = '0'") first.entries["app"].clients_waiting = 0;
  };
  ASSERT_TRUE(settle());
  EXPECT_EQ(first.sent("SET server_login_retry = '0'"), 1);
  EXPECT_EQ(first.config.at("server_login_retry"), "15");
}

TEST_F(Held, WindingUpPutsTheLoginRetryBack) {
  hold(held_run);
  first.entries["app"].clients_waiting = 3;
  ASSERT_EQ(switch_route(held_run).outcome(), proto::DONE);
  ASSERT_TRUE(eventually([this] { return first.config.at("server_login_retry") == "0"; }));
  EXPECT_TRUE(wind_up());
  EXPECT_EQ(first.config.at("server_login_retry"), "15");
}

TEST_F(Held, ASwitchThatIsStuckShowsWhomItHolds) {
  stick_in_a_switch();
  agent().start_metrics();
  EXPECT_TRUE(metrics_tell(app_is_held));
  EXPECT_THAT(metrics(), Not(HasSubstr(no_pause)));
}

TEST_F(Held, ASwitchTakenUpAfterARestartShowsSinceWhen) {
  stick_in_a_switch();
  restart_agent();
  agent().start_metrics();
  EXPECT_TRUE(metrics_tell(app_is_held));
  EXPECT_THAT(metrics(), Not(HasSubstr(no_pause)));
}

TEST_F(Held, FilesAreNotComparedWhileClientsAreHeld) {
  hold(held_run);
  first.entries["app"].host = "yellow";
  agent().start_metrics();
  EXPECT_TRUE(metrics_tell(app_is_held));
  EXPECT_THAT(metrics(), Not(HasSubstr("cutover_config_drift{pgbouncer=\"first\"} 1")));
}

}  // namespace
}  // namespace cutover::agent
