// The fallback entry "*" moves together with all that the process serves, or not at all: it can
// only be held by a pause of the whole process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/drain.h"
#include "agent/reroute.h"
#include "tests/unit/agent/agent_harness.h"

namespace cutover::agent {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

const Claim fallback_run = {"run-1", 1};
const std::string rest_of_ini = "\n[pgbouncer]\npool_mode = transaction\n";

class Fallback : public testing::Test, protected AgentHarness {
 protected:
  /// `app`, "*", and what else stands in [databases]; "any" was asked for by a client.
  void serve(const std::string& line) {
    write_ini("[databases]\napp = host=blue\n* = host=blue dbname=app\n" + line + rest_of_ini);
    for (FakePgbouncer* const bouncer : {&first, &second}) bouncer->entries["any"].host = "blue";
  }
  void expect_refused(const std::string& entry) {
    claim(fallback_run);
    for (const auto& reply : {preview({"app", "*"}), arm(fallback_run, {"app", "*"})}) {
      EXPECT_EQ(reply.outcome(), proto::REFUSED);
      EXPECT_THAT(reply.what(), HasSubstr("the entry * can only move together with every other"));
      EXPECT_THAT(reply.what(), HasSubstr(entry));
      EXPECT_THAT(reply.hint(), HasSubstr("ignore_entries"));
    }
  }
};

TEST_F(Fallback, MovesTogetherWithEveryOtherEntry) {
  serve("");
  claim(fallback_run);
  ASSERT_EQ(arm(fallback_run, {"app", "*"}).outcome(), proto::DONE);
  ASSERT_EQ(pause(fallback_run).outcome(), proto::DONE);
  EXPECT_TRUE(all_paused());
  const auto switched = switch_route(fallback_run);
  EXPECT_EQ(switched.outcome(), proto::DONE) << switched.what();
  EXPECT_TRUE(all_on("green"));
  EXPECT_EQ(first.entries.at("any").host, "green");
}

TEST_F(Fallback, DoesNotMoveBesideAnEntryOfAnotherServer) {
  serve("analytics = host=far");
  expect_refused("analytics");
}

TEST_F(Fallback, DoesNotMoveBesideALineOfTheSameServerThatStays) {
  serve("blue = host=blue dbname=app");
  expect_refused("blue");
}

TEST_F(Fallback, DoesNotMoveBesideALineThatWasNotReloadedYet) {
  serve("blue = host=blue dbname=app");
  for (FakePgbouncer* const bouncer : {&first, &second}) bouncer->entries.erase("blue");
  expect_refused("blue");
}

TEST_F(Fallback, IsHeldByAPauseOfTheWholeProcessWhateverElseItServesByThen) {
  serve("");
  claim(fallback_run);
  ASSERT_EQ(arm(fallback_run, {"app", "*"}).outcome(), proto::DONE);
  first.entries["analytics"].host = "far";  // a line, and a RELOAD, since
  ASSERT_EQ(pause(fallback_run).outcome(), proto::DONE);
  EXPECT_TRUE(all_paused()) << "a name that nobody asked for yet could not be paused by itself";
}

TEST_F(Fallback, ALineOfAnotherServerAddedMeanwhileDoesNotHoldClients) {
  serve("");
  claim(fallback_run);
  ASSERT_EQ(arm(fallback_run, {"app", "*"}).outcome(), proto::DONE);
  ASSERT_EQ(pause(fallback_run).outcome(), proto::DONE);
  serve("analytics = host=far");
  const auto switched = switch_route(fallback_run);
  EXPECT_EQ(switched.outcome(), proto::DONE) << switched.what();
  EXPECT_TRUE(all_on("green"));
  EXPECT_EQ(first.entries.at("analytics").host, "far");
}

}  // namespace
}  // namespace cutover::agent
