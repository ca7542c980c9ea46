// PAUSE, drain, RESUME against a scripted console.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/drain.h"
#include "agent/resume.h"
#include "agent/still_in_use.h"
#include "common/async/within.h"
#include "tests/unit/agent/fake_pgbouncer.h"

namespace cutover::agent {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class Pause : public testing::Test {
 protected:
  Pause() {
    bouncer_.entries["app"] = FakeEntry{"10.0.0.1"};
    bouncer_.entries["reports"] = FakeEntry{"10.0.0.1"};
  }

  PauseOrder order(milliseconds limit = milliseconds(2000)) {
    return {moves_, std::chrono::steady_clock::now() + limit, stop_};
  }
  Outcome pause(milliseconds limit = milliseconds(2000)) {
    return run(context_, pause_and_drain(console_, order(limit)));
  }
  Task<bool> put_it_back() {
    co_await put_back(console_, retry_);
    co_return retry_.before.empty();
  }
  bool is_serving() const {
    return !bouncer_.globally_paused && !bouncer_.entries.at("app").paused &&
           !bouncer_.entries.at("reports").paused;
  }
  /// Once `command` was sent `times`, runs `what`.
  void when_sent(const std::string& command, int times, std::function<void()> what) {
    bouncer_.on_command = [this, command, times, what](const std::string& sent) {
      if (sent == command && bouncer_.sent(command) == times) what();
    };
  }

  boost::asio::io_context context_{1};
  FakePgbouncer bouncer_;
  Console console_{bouncer_.dialer()};
  StopSign stop_{context_.get_executor()};
  Moves both_ = {{"app", {"10.0.0.1", ""}, {"10.0.0.2", ""}},
                 {"reports", {"10.0.0.1", ""}, {"10.0.0.2", ""}}};
  Moves moves_ = both_;
  LoginRetry retry_;
};

TEST_F(Pause, AProcessThatServesOnlyMovedEntriesIsPausedAsAWhole) {
  EXPECT_TRUE(pause().is_done());
  EXPECT_TRUE(bouncer_.globally_paused);
  EXPECT_EQ(bouncer_.sent("PAUSE"), 1);
}

TEST_F(Pause, OtherEntriesGoOnBeingServed) {
  moves_.pop_back();
  EXPECT_TRUE(pause().is_done());
  EXPECT_FALSE(bouncer_.globally_paused);
  EXPECT_TRUE(bouncer_.entries.at("app").paused);
  EXPECT_FALSE(bouncer_.entries.at("reports").paused);
}

TEST_F(Pause, EveryMovedEntryIsPausedAtOnceWhenOthersStay) {
  bouncer_.entries["other"] = FakeEntry{"10.9.9.9"};
  bouncer_.entries["app"].servers_active = 1;
  when_sent("PAUSE \"reports\"", 1, [this] { bouncer_.entries["app"].servers_active = 0; });
  EXPECT_TRUE(pause().is_done());
  EXPECT_TRUE(bouncer_.entries.at("app").paused && bouncer_.entries.at("reports").paused);
}

TEST_F(Pause, ClientsCountAsHeldFromTheMomentPauseIsSentAndNotWhileItIsWaitedFor) {
  bouncer_.entries["app"].servers_logging_in = 1;
  when_sent("SHOW POOLS", 3, [this] { bouncer_.entries["app"].servers_logging_in = 0; });
  std::vector<int> looks_before;
  auto counted = order();
  counted.held = [&] {
    looks_before.push_back(bouncer_.sent("SHOW POOLS"));
    EXPECT_EQ(bouncer_.sent("PAUSE"), 0);
  };
  EXPECT_TRUE(run(context_, pause_and_drain(console_, counted)).is_done());
  EXPECT_EQ(looks_before, std::vector<int>{3});
}

TEST_F(Pause, NothingIsPausedWhileAServerLogsIn) {
  bouncer_.entries["app"].servers_logging_in = 1;
  when_sent("SHOW POOLS", 3, [this] {
    EXPECT_EQ(bouncer_.sent("PAUSE"), 0);
    bouncer_.entries["app"].servers_logging_in = 0;
  });
  EXPECT_TRUE(pause().is_done());
}

TEST_F(Pause, ALoginThatDoesNotEndRefusesThePause) {
  bouncer_.entries["app"].servers_logging_in = 1;
  const Outcome outcome = pause(milliseconds(30));
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_EQ(bouncer_.sent("PAUSE"), 0);
}

TEST_F(Pause, IsNotDrainedWhileAServerIsBeingCancelled) {
  bouncer_.entries["app"].servers_being_canceled = 1;
  const Outcome outcome = pause(milliseconds(50));
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_TRUE(is_serving());
}

TEST_F(Pause, AnotherTagThanPauseIsNotBelieved) {
  bouncer_.pause_tag = "WAIT_CLOSE";
  const Outcome outcome = pause();
  EXPECT_TRUE(outcome.is_refused());
  EXPECT_THAT(outcome.detail, HasSubstr("WAIT_CLOSE"));
  EXPECT_TRUE(is_serving());
}

TEST_F(Pause, ADrainThatTakesTooLongIsResumed) {
  bouncer_.entries["app"].servers_active = 1;
  const Outcome outcome = pause(milliseconds(50));
  EXPECT_TRUE(outcome.is_refused()) << outcome.detail;
  EXPECT_TRUE(is_serving());
}

TEST_F(Pause, WhoeverKeepsItFromDrainingIsNamedWithTheClientBehind) {
  bouncer_.entries["app"].servers_active = 1;
  const ConsoleRow busy = {{"database", "app"},    {"user", "web"}, {"state", "active"},
                           {"remote_pid", "4711"}, {"ptr", "s1"},   {"link", "c1"}};
  ConsoleRow idle = busy;
  idle["state"] = "idle";
  idle["remote_pid"] = "4712";
  ConsoleRow elsewhere = busy;
  elsewhere["database"] = "other";
  elsewhere["remote_pid"] = "4713";
  bouncer_.servers = {idle, elsewhere, busy};
  bouncer_.clients = {{{"addr", "10.0.0.8"}, {"port", "6"}, {"ptr", "c1"}, {"link", "s0"}},
                      {{"addr", "10.0.0.8"}, {"port", "7"}, {"ptr", "c0"}, {"link", "s1"}},
                      {{"addr", "10.0.0.9"}, {"port", "7"}, {"ptr", "c1"}, {"link", "s1"}}};
  const Outcome outcome = pause(milliseconds(50));
  EXPECT_THAT(outcome.detail, HasSubstr("still in use: backend 4711 (entry app, user web, "
                                        "client 10.0.0.9:7)"));
  EXPECT_THAT(outcome.detail, Not(HasSubstr("4712")));
  EXPECT_THAT(outcome.detail, Not(HasSubstr("4713")));
  EXPECT_THAT(outcome.hint, HasSubstr("pg_terminate_backend"));
}

TEST_F(Pause, OfManyWhoKeepItFromDrainingSomeAreNamed) {
  bouncer_.entries["app"].servers_active = 7;
  const ConsoleRow busy = {
      {"database", "app"}, {"user", "web"}, {"state", "active"}, {"remote_pid", "4711"}};
  bouncer_.servers.assign(7, busy);
  EXPECT_THAT(pause(milliseconds(50)).detail,
              HasSubstr("backend 4711 (entry app, user web, client unknown) and 2 more"));
}

TEST_F(Pause, WhoKeepsItFromDrainingIsLeftOutWhereTheConsoleRefusesToSay) {
  bouncer_.entries["app"].servers_active = 1;
  bouncer_.refused_views = {"SERVERS", "CLIENTS"};
  const Outcome outcome = pause(milliseconds(50));
  EXPECT_TRUE(outcome.is_refused()) << outcome.detail;
  EXPECT_TRUE(is_serving());
}

TEST_F(Pause, ClientsAreSearchedForNamesOnlyAfterTheResume) {
  bouncer_.entries["app"].servers_active = 1;
  bouncer_.servers = {{{"database", "app"}, {"state", "active"}}};
  std::vector<bool> served_when_clients_were_asked_for;
  bouncer_.on_command = [&](const std::string& sent) {
    if (sent == "SHOW CLIENTS") served_when_clients_were_asked_for.push_back(is_serving());
  };
  EXPECT_TRUE(pause(milliseconds(50)).is_refused());
  EXPECT_EQ(served_when_clients_were_asked_for, std::vector<bool>{true});
}

TEST_F(Pause, NobodyWaitsForAConsoleThatNeverSaysWhoKeepsItFromDraining) {
  const std::vector<ConsoleRow> busy = {{{"database", "app"}, {"user", "web"}, {"link", "c1"}}};
  const auto expect_nothing_said = [&](Console& console) {
    EXPECT_TRUE(run(context_, servers_in_use(console, moves_)).empty());
    EXPECT_THAT(run(context_, who_uses(console, busy)), HasSubstr("client unknown"));
  };
  Console unreachable(bouncer_.dialer());
  bouncer_.hung_dials = 2;
  expect_nothing_said(unreachable);
  EXPECT_EQ(bouncer_.hung_dials, 0);
  bouncer_.silent_views = {"SERVERS", "CLIENTS"};
  expect_nothing_said(console_);
}

TEST_F(Pause, ADrainThatIsCalledOffIsResumedAtOnce) {
  bouncer_.entries["app"].servers_active = 1;
  const auto start = std::chrono::steady_clock::now();
  when_sent("PAUSE", 1, [this] { boost::asio::post(context_, [this] { stop_.raise(); }); });
  EXPECT_TRUE(pause(milliseconds(20'000)).is_refused());
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(10'000));
  EXPECT_TRUE(is_serving());
}

TEST_F(Pause, WhenItCannotBeUndoneItIsInDoubt) {
  bouncer_.pause_tag = "WAIT_CLOSE";
  when_sent("PAUSE", 1,
            [this] { boost::asio::post(context_, [this] { bouncer_.is_up = false; }); });
  bouncer_.entries["app"].servers_active = 1;
  EXPECT_TRUE(pause(milliseconds(100)).is_in_doubt());
}

TEST_F(Pause, AProcessWithoutAMovedEntryIsLeftAlone) {
  moves_ = {{"elsewhere", {"10.0.0.1", ""}, {"10.0.0.2", ""}}};
  EXPECT_TRUE(pause().is_done());
  EXPECT_TRUE(is_serving());
}

TEST_F(Pause, ThePauseIsSeenAlsoByAConsoleThatKnowsShowState) {
  bouncer_.version = "1.24.1";
  EXPECT_TRUE(pause().is_done());
  EXPECT_EQ(bouncer_.sent("PAUSE pgbouncer"), 0);
}

TEST_F(Pause, ResumingWhatIsNotPausedIsDone) {
  EXPECT_TRUE(run(context_, resume_entries(console_, moves_)).is_done());
}

TEST_F(Pause, ResumeEndsGlobalAndEntryPausesAlike) {
  bouncer_.globally_paused = true;
  bouncer_.entries["app"].paused = true;
  EXPECT_TRUE(run(context_, resume_entries(console_, moves_)).is_done());
  EXPECT_TRUE(is_serving());
}

TEST_F(Pause, ResumeLeavesTheEntriesOfOthersPaused) {
  moves_.pop_back();
  bouncer_.entries["reports"].paused = true;
  EXPECT_TRUE(run(context_, resume_entries(console_, moves_)).is_done());
  EXPECT_TRUE(bouncer_.entries.at("reports").paused);
}

TEST_F(Pause, ResumeIsInDoubtWhenNobodyAnswers) {
  bouncer_.is_up = false;
  EXPECT_TRUE(run(context_, resume_entries(console_, moves_)).is_in_doubt());
}

TEST_F(Pause, AQueueThatStandsIsSetFreeAndTheSettingPutBack) {
  bouncer_.entries["app"].clients_waiting = 3;
  when_sent("SET server_login_retry = '0'", 1,
            [this] { bouncer_.entries["app"].clients_waiting = 0; });
  const Outcome outcome = run(context_, watch_queue(console_, moves_, milliseconds(2000), retry_));
  EXPECT_THAT(outcome.detail, HasSubstr("server_login_retry"));
  EXPECT_EQ(bouncer_.config.at("server_login_retry"), "15");
}

TEST_F(Pause, AQueueThatMovesIsLeftAlone) {
  bouncer_.entries["app"].clients_waiting = 3;
  bouncer_.entries["app"].servers_logging_in = 1;
  const Outcome outcome = run(context_, watch_queue(console_, moves_, milliseconds(100), retry_));
  EXPECT_EQ(outcome.detail, "");
}

TEST_F(Pause, TheSettingIsPutBackAlsoWhenThePoolsAreNotShownAnyMore) {
  bouncer_.entries["app"].clients_waiting = 3;
  const auto hide = [this] { bouncer_.refused_views = {"POOLS"}; };
  when_sent("SET server_login_retry = '0'", 1, hide);
  const Outcome outcome = run(context_, watch_queue(console_, moves_, milliseconds(2000), retry_));
  EXPECT_TRUE(outcome.is_in_doubt());
  EXPECT_EQ(bouncer_.config.at("server_login_retry"), "15");
}

TEST_F(Pause, ASettingThatCouldNotBePutBackIsRememberedForTheNextWhoCan) {
  bouncer_.entries["app"].clients_waiting = 3;
  when_sent("SET server_login_retry = '0'", 1, [this] { bouncer_.is_up = false; });
  static_cast<void>(run(context_, watch_queue(console_, moves_, milliseconds(2000), retry_)));
  EXPECT_EQ(bouncer_.config.at("server_login_retry"), "0");
  bouncer_.is_up = true;
  bouncer_.on_command = nullptr;
  EXPECT_TRUE(run(context_, put_it_back()));
  EXPECT_EQ(bouncer_.config.at("server_login_retry"), "15");
}

}  // namespace
}  // namespace cutover::agent
