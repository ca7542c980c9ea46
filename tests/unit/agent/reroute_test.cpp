// RELOAD, verification and RESUME against a scripted console.
#include "agent/reroute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/stragglers.h"
#include "tests/unit/agent/fake_pgbouncer.h"

namespace cutover::agent {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class Reroute : public testing::Test {
 protected:
  Reroute() {
    bouncer_.entries["app"] = FakeEntry{"blue"};
    bouncer_.on_reload = [this] { bouncer_.entries["app"].host = "green"; };
  }
  Outcome reroute_now(Canaries before = {}) {
    return run(context_, reroute(console_, moves_, std::move(before), milliseconds(100)));
  }

  boost::asio::io_context context_{1};
  FakePgbouncer bouncer_;
  Console console_{bouncer_.dialer()};
  Moves moves_ = {{"app", {"blue", ""}, {"green", ""}}};
};

TEST_F(Reroute, APausedProcessIsReloadedVerifiedAndResumed) {
  bouncer_.globally_paused = true;
  EXPECT_TRUE(reroute_now().is_done());
  EXPECT_FALSE(bouncer_.globally_paused);
  EXPECT_EQ(bouncer_.sent("RELOAD"), 1);
}

TEST_F(Reroute, OnlyLooksStandBetweenReloadAndResume) {
  bouncer_.globally_paused = true;
  const Canaries canaries = {{"pool_mode", "transaction"}};
  reroute_now(canaries);
  const auto reload = std::ranges::find(bouncer_.commands, "RELOAD");
  const std::vector<std::string> rest(reload, bouncer_.commands.end());
  EXPECT_THAT(rest, testing::ElementsAre("RELOAD", "SHOW DATABASES", "SHOW CONFIG", "RESUME"));
}

TEST_F(Reroute, AReloadThatDidNotTakeKeepsClientsHeld) {
  bouncer_.globally_paused = true;
  bouncer_.on_reload = [] {};
  const Outcome outcome = reroute_now();
  EXPECT_TRUE(outcome.is_in_doubt());
  EXPECT_THAT(outcome.detail, HasSubstr("app has blue:5432 instead of green:5432"));
  EXPECT_TRUE(bouncer_.globally_paused);
}

TEST_F(Reroute, AReloadThatChangedMoreIsToldButClientsAreServed) {
  bouncer_.globally_paused = true;
  bouncer_.on_reload = [this] {
    bouncer_.entries["app"].host = "green";
    bouncer_.config["pool_mode"] = "session";
  };
  const Outcome outcome = reroute_now({{"pool_mode", "transaction"}});
  EXPECT_TRUE(outcome.is_done());
  EXPECT_THAT(outcome.detail, HasSubstr("pool_mode was transaction and is session"));
  EXPECT_FALSE(bouncer_.globally_paused);
}

TEST_F(Reroute, OnceDoneItDoesNothingMore) {
  bouncer_.globally_paused = true;
  reroute_now();
  EXPECT_TRUE(reroute_now().is_done());
  EXPECT_EQ(bouncer_.sent("RELOAD"), 1);
}

TEST_F(Reroute, AProcessThatWasRestartedOnTheNewFileIsDone) {
  bouncer_.globally_paused = true;
  bouncer_.restart();
  bouncer_.entries["app"].host = "green";
  EXPECT_TRUE(reroute_now().is_done());
  EXPECT_EQ(bouncer_.sent("RELOAD"), 0);
}

TEST_F(Reroute, AProcessThatServesIsPausedFirst) {
  EXPECT_TRUE(reroute_now().is_done());
  EXPECT_EQ(bouncer_.sent("PAUSE"), 1);
  EXPECT_FALSE(bouncer_.globally_paused);
}

TEST_F(Reroute, AProcessThatCannotBeDrainedGoesForwardAllTheSame) {
  bouncer_.entries["app"].servers_active = 1;
  EXPECT_TRUE(reroute_now().is_done());
  EXPECT_EQ(bouncer_.entries["app"].host, "green");
}

TEST_F(Reroute, IsInDoubtWhenNobodyAnswers) {
  bouncer_.is_up = false;
  EXPECT_TRUE(reroute_now().is_in_doubt());
}

class Stragglers : public Reroute {
 protected:
  static ConsoleRow server(const std::string& addr, const std::string& close_needed) {
    return {{"database", "app"}, {"addr", addr}, {"port", "5432"}, {"close_needed", close_needed}};
  }
  Outcome wait(milliseconds limit) {
    moves_[0].to.host = "10.0.0.2";
    return run(context_, wait_for_stragglers(console_, moves_, limit));
  }
};

TEST_F(Stragglers, NobodyIsWaitedForWhereAllLeadToTheNewRoute) {
  bouncer_.servers = {server("10.0.0.2", "0")};
  EXPECT_TRUE(wait(milliseconds(1000)).is_done());
  EXPECT_EQ(bouncer_.sent("RECONNECT \"app\""), 0);
}

TEST_F(Stragglers, AConnectionThatPgbouncerWouldKeepIsMadeToGo) {
  bouncer_.servers = {server("10.0.0.1", "0"), server("10.0.0.2", "0")};
  bouncer_.on_command = [this](const std::string& command) {
    if (command == "RECONNECT \"app\"") bouncer_.servers.erase(bouncer_.servers.begin());
  };
  EXPECT_TRUE(wait(milliseconds(5000)).is_done());
  EXPECT_EQ(bouncer_.sent("RECONNECT \"app\""), 1);
}

TEST_F(Stragglers, AConnectionThatGoesByItselfIsOnlyWaitedFor) {
  bouncer_.servers = {server("10.0.0.1", "1")};
  const Outcome outcome = wait(milliseconds(400));
  EXPECT_TRUE(outcome.is_in_doubt());
  EXPECT_THAT(outcome.detail, HasSubstr("1 server connections still lead to the old route"));
  EXPECT_EQ(bouncer_.sent("RECONNECT \"app\""), 0);
}

}  // namespace
}  // namespace cutover::agent
