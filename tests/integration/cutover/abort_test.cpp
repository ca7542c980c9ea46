// What ends a run before its first switch leaves clients on blue and nothing behind, and no client
// sees an error: the operator, hooks, a lost agent, a green that does not catch up. After the first
// switch the run finishes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <functional>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/sql_session.h"
#include "tests/support/temporary_directory.h"

namespace cutover::tests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

FleetOptions small_fleet(const std::string& more_config = "") {
  FleetOptions options;
  options.rig.blue_major = 15;
  options.rig.green_major = 17;
  options.rig.durability = support::Durability::fast;
  options.rig.limits = "attempts = 2\nbackoff = \"100ms\"\n";
  options.rig.more_config = more_config;
  return options;
}

const std::vector<std::string> act = {"--no-dry-run", "--yes"};

void expect_all_is_as_before(FleetUnderLoad& fleet, const std::string& when) {
  EXPECT_THAT(fleet.left_behind(), IsEmpty()) << when;
  EXPECT_TRUE(fleet.all_on_blue()) << when;
  EXPECT_TRUE(fleet.everyone_writes()) << when << fleet.rig().logs();
}

void expect_no_client_noticed(FleetUnderLoad& fleet) {
  const auto verdict = fleet.verdict_on_blue();
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict);
}

TEST(Interrupted, BeforeTheFirstSwitchTheRunIsUndoneAndLeavesNothing) {
  FleetUnderLoad fleet(small_fleet());
  for (const char* step : {"claim", "wait", "pause", "hold", "first gate", "decide", "seal"}) {
    const std::string when = std::string("interrupted when ") + step + " began";
    SCOPED_TRACE(when);
    const auto ended = fleet.cutover_that_kills(std::string("interrupt@began ") + step, act);
    EXPECT_EQ(ended.exit_code, 3) << ended.output << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr("interrupted")) << ended.output;
    expect_all_is_as_before(fleet, when);
  }
  expect_no_client_noticed(fleet);
}

TEST(Interrupted, FromTheFirstSwitchOnTheRunFinishes) {
  FleetUnderLoad fleet(small_fleet());
  const auto ended = fleet.cutover_that_kills("interrupt@began switch", act);
  EXPECT_EQ(ended.exit_code, 0) << ended.output << ended.errors;
  EXPECT_TRUE(fleet.all_on_green());
  EXPECT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  const auto verdict = fleet.verdict();
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict);
}

/// A hook that fails, and one that leaves a file where it was run.
struct Hooks {
  support::TemporaryDirectory directory{"hooks"};

  std::filesystem::path trace() const { return directory.path() / "on_abort"; }
  std::string failing(const std::string& hook) const {
    return "[hooks]\n" + hook + " = [\"/bin/false\"]\non_abort = [\"/usr/bin/touch\", \"" +
           trace().string() + "\"]\n";
  }
};

TEST(FailingHook, BeforeTheSwitchUndoesTheRunAndOnAbortIsRun) {
  for (const char* hook : {"before_pause", "after_decision"}) {
    SCOPED_TRACE(hook);
    const Hooks hooks;
    FleetUnderLoad fleet(small_fleet(hooks.failing(hook)));
    const auto ended = fleet.rig().cutover(act);
    EXPECT_EQ(ended.exit_code, 3) << ended.output << ended.errors;
    EXPECT_THAT(ended.output + ended.errors, HasSubstr("/bin/false exited with 1"));
    EXPECT_TRUE(std::filesystem::exists(hooks.trace()));
    expect_all_is_as_before(fleet, hook);
    expect_no_client_noticed(fleet);
  }
}

TEST(FailingHook, AfterTheSwitchOnlyWarns) {
  const Hooks hooks;
  FleetUnderLoad fleet(small_fleet(hooks.failing("after_resume")));
  const auto ended = fleet.rig().cutover({"--no-dry-run", "--yes", "--json"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output << ended.errors;
  EXPECT_THAT(ended.errors, HasSubstr("/bin/false exited with 1"));
  EXPECT_FALSE(std::filesystem::exists(hooks.trace()));
  EXPECT_TRUE(fleet.all_on_green());
  EXPECT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  const auto verdict = fleet.verdict();
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict);
}

/// Its agent does not answer: everybody else goes on at once, its own clients when it is back.
TEST(LostAgent, BeforeTheFirstSwitchEverybodyGoesOnOnBlue) {
  auto options = small_fleet();
  options.rig.limits = "attempts = 1\n";
  FleetUnderLoad fleet(options);
  const int agent = fleet.rig().agent(0).pid();
  for (const char* step : {"pause", "seal"}) {
    const std::string when = std::string("its agent is stopped when ") + step + " begins";
    SCOPED_TRACE(when);
    const auto order = "stop " + std::to_string(agent) + "@began " + step;
    const auto ended = fleet.cutover_that_kills(order, act);
    const auto still_paused = fleet.paused_entries(1);
    kill(agent, SIGCONT);
    EXPECT_EQ(ended.exit_code, 3) << ended.output << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr("bouncer-1")) << ended.output;
    EXPECT_THAT(still_paused, IsEmpty()) << "on the host whose agent answers";
    EXPECT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
    fleet.rig().cutover({"recover", "--no-dry-run", "--yes"});
    expect_all_is_as_before(fleet, when);
  }
  expect_no_client_noticed(fleet);
}

/// What `happens` while the run stands still as `step` begins; it then goes on.
support::Finished cutover_during_which(FleetUnderLoad& fleet, const std::string& step,
                                       const std::function<void()>& happens) {
  support::ChildProcess run(fleet.dying_cutover("hold@began " + step, act));
  EXPECT_TRUE(support::eventually(std::chrono::seconds(60), [&] {
    return std::filesystem::exists(fleet.marker()) || !run.is_running();
  }));
  happens();
  std::filesystem::remove(fleet.marker());
  const auto code = run.wait(std::chrono::seconds(90));
  return {code, run.output(), run.errors()};
}

TEST(NeverCaughtUp, AGreenThatAppliesNothingMoreEndsEveryAttemptAndNobodyNotices) {
  auto options = small_fleet();
  options.rig.limits +=
      "lease = \"1500ms\"\ndrain_timeout = \"500ms\"\npause_budget = \"2s\"\nquiet_timeout = "
      "\"2s\"\n";
  FleetUnderLoad fleet(options);
  const auto ended = cutover_during_which(
      fleet, "mark", [&] { fleet.rig().green().sql("ALTER SUBSCRIPTION cutover DISABLE", "app"); });
  EXPECT_EQ(ended.exit_code, 3) << ended.output << ended.errors;
  expect_all_is_as_before(fleet, "the subscription is disabled when mark begins");
  expect_no_client_noticed(fleet);
}

}  // namespace
}  // namespace cutover::tests
