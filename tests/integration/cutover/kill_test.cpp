// I5 and I6 on real servers: whoever is killed at whichever step of the plan, the fleet ends
// all-blue or all-green, writers write again, and no write is lost or doubled. The loop is over the
// plan, so a new step is covered the day it is added.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "controller/cutover/plan.h"
#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

using std::chrono::seconds;

FleetOptions small_fleet() {
  FleetOptions options;
  options.rig.blue_major = 15;
  options.rig.green_major = 17;
  options.rig.durability = support::Durability::fast;
  return options;
}

/// The names of the plan's steps, split at the point of no return.
struct Steps {
  std::vector<std::string> before;
  std::vector<std::string> after;
};

Steps steps_of_the_plan() {
  Steps steps;
  bool switched = false;
  for (const auto& step : cutover_plan(RunLimits{}).steps) {
    switched = switched || step.point_of_no_return;
    (switched ? steps.after : steps.before).push_back(step.name);
  }
  return steps;
}

/// Errors are allowed where somebody was killed between decision and switch: blue is fenced then.
/// Lost or doubled never.
void expect_nothing_lost(const support::LoadVerdict& verdict, const std::string& when) {
  EXPECT_EQ(verdict.lost, 0u) << when << "\n" << support::to_text(verdict);
  EXPECT_EQ(verdict.doubled, 0u) << when << "\n" << support::to_text(verdict);
  EXPECT_EQ(verdict.unexpected, 0u) << when << "\n" << support::to_text(verdict);
}

void recover(FleetUnderLoad& fleet, const std::string& when) {
  const auto recovered = fleet.rig().cutover({"recover", "--no-dry-run", "--yes"});
  EXPECT_EQ(recovered.exit_code, 0) << when << "\n"
                                    << recovered.output << recovered.errors << fleet.rig().logs();
}

/// It would take away what recovery needs.
void expect_finish_refused(FleetUnderLoad& fleet) {
  const auto refused = fleet.rig().cutover({"finish", "--no-dry-run", "--yes"});
  const auto said = refused.output + refused.errors;
  EXPECT_EQ(refused.exit_code, 1) << said;
  EXPECT_THAT(said, testing::HasSubstr("a run may stand half way"));
}

/// What every agent's page says of a metric of the controller, line by line.
std::vector<std::string> told_by_agents(FleetUnderLoad& fleet, const std::string& metric) {
  std::vector<std::string> told;
  for (int host = 0; host < fleet.rig().options().hosts; ++host) {
    const auto port = std::to_string(fleet.rig().agent(host).metrics_port());
    const auto page =
        support::run_program({{"curl", "-sf", "http://127.0.0.1:" + port + "/metrics"}});
    std::istringstream lines(page.output);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(metric + "{")) told.push_back(line);
  }
  return told;
}

/// A run that died is told no more: no alert may take it for one that goes on.
void expect_agents_are_told(FleetUnderLoad& fleet) {
  EXPECT_THAT(told_by_agents(fleet, "cutover_phase"),
              testing::Each("cutover_phase{phase=\"idle\"} 1"));
  EXPECT_THAT(told_by_agents(fleet, "cutover_last_run_outcome"),
              testing::Each("cutover_last_run_outcome{outcome=\"done\"} 1"));
}

TEST(KilledController, BeforeTheSwitchEveryStepEndsAllBlueAndTheSameFleetGoesOn) {
  FleetUnderLoad fleet(small_fleet());
  for (const auto& step : steps_of_the_plan().before) {
    const std::string when = "both killed when " + step + " began";
    SCOPED_TRACE(when);
    const auto killed = fleet.cutover_that_kills("both@began " + step, {"--no-dry-run", "--yes"});
    ASSERT_NE(killed.output.find("claim"), std::string::npos) << killed.output << killed.errors;
    if (step == "last look") expect_finish_refused(fleet);
    recover(fleet, when);
    expect_agents_are_told(fleet);
    ASSERT_THAT(fleet.left_behind(), testing::IsEmpty()) << fleet.rig().logs();
    ASSERT_TRUE(fleet.all_on_blue()) << fleet.rig().logs();
    ASSERT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  }
  const auto finished = fleet.rig().cutover({"--no-dry-run", "--yes"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors << fleet.rig().logs();
  ASSERT_TRUE(fleet.everyone_writes());
  EXPECT_FALSE(told_by_agents(fleet, "cutover_phase").empty());
  EXPECT_FALSE(told_by_agents(fleet, "cutover_last_run_outcome").empty());
  expect_agents_are_told(fleet);
  expect_nothing_lost(fleet.verdict(), "after all of them");
}

TEST(KilledController, FromTheSwitchOnEveryStepEndsAllGreen) {
  for (const auto& step : steps_of_the_plan().after) {
    const std::string when = "both killed when " + step + " began";
    SCOPED_TRACE(when);
    FleetUnderLoad fleet(small_fleet());
    fleet.cutover_that_kills("both@began " + step, {"--no-dry-run", "--yes"});
    const auto recovered = fleet.rig().cutover({"recover", "--no-dry-run", "--yes", "--forward"});
    EXPECT_EQ(recovered.exit_code, 0) << recovered.output << recovered.errors << fleet.rig().logs();
    EXPECT_TRUE(fleet.all_on_green()) << fleet.rig().logs();
    EXPECT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
    expect_nothing_lost(fleet.verdict(), when);
  }
}

TEST(KilledController, AWorkingProcessThatDiesIsRecoveredAtOnceByItsParent) {
  FleetUnderLoad fleet(small_fleet());
  for (const char* step : {"pause", "decide", "second gate"}) {
    SCOPED_TRACE(step);
    const auto killed =
        fleet.cutover_that_kills(std::string("worker@ended ") + step, {"--no-dry-run", "--yes"});
    EXPECT_EQ(killed.exit_code, 3) << killed.output << killed.errors;
    EXPECT_THAT(fleet.left_behind(), testing::IsEmpty()) << step;
    EXPECT_TRUE(fleet.all_on_blue());
    EXPECT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  }
  expect_nothing_lost(fleet.verdict_on_blue(), "after three recoveries");
}

TEST(KilledController, AWorkingProcessThatDiesInTheSwitchIsFinishedOnGreenByItsParent) {
  FleetUnderLoad fleet(small_fleet());
  const auto killed = fleet.cutover_that_kills("worker@ended switch", {"--no-dry-run", "--yes"});
  EXPECT_EQ(killed.exit_code, 5) << killed.output << killed.errors;
  EXPECT_TRUE(fleet.all_on_green()) << fleet.rig().logs();
  EXPECT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  expect_nothing_lost(fleet.verdict(), "after the parent's recovery");
}

/// Every pause is up when these begin.
std::vector<std::string> steps_under_a_pause() {
  std::vector<std::string> steps;
  for (const auto& step : cutover_plan(RunLimits{}).steps)
    if (step.holds_clients && step.name != "pause") steps.push_back(step.name);
  return steps;
}

bool any_is_paused(FleetUnderLoad& fleet) {
  for (int host = 0; host < fleet.rig().options().hosts; ++host)
    if (!fleet.paused_entries(host).empty()) return true;
  return false;
}

TEST(KilledController, AtWhicheverStepEveryPauseEndsByItselfWithinTheLeaseAndASecond) {
  auto options = small_fleet();
  options.rig.limits = "lease = \"2s\"\ndrain_timeout = \"500ms\"\n";
  FleetUnderLoad fleet(options);
  for (const auto& step : steps_under_a_pause()) {
    const std::string when = "both killed when " + step + " began";
    SCOPED_TRACE(when);
    fleet.cutover_that_kills("both@began " + step, {"--no-dry-run", "--yes"});
    EXPECT_TRUE(any_is_paused(fleet));
    const bool ended = support::eventually(seconds(3), [&] { return !any_is_paused(fleet); });
    EXPECT_TRUE(ended) << fleet.rig().logs();
    recover(fleet, when);
    ASSERT_TRUE(fleet.all_on_blue()) << fleet.rig().logs();
    ASSERT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  }
  expect_nothing_lost(fleet.verdict_on_blue(), "after all of them");
}

/// What systemd does: an agent that died is started again at once.
void restart_when_dead(FleetUnderLoad& fleet) {
  ASSERT_TRUE(support::eventually(seconds(60), [&] { return !fleet.rig().agent(0).is_running(); }));
  fleet.rig().agent(0).start();
}

TEST(KilledAgent, AtEveryStepTheFleetEndsAllBlueOrAllGreen) {
  auto steps = steps_of_the_plan();
  steps.before.insert(steps.before.end(), steps.after.begin(), steps.after.end());
  std::optional<FleetUnderLoad> fleet;
  for (const auto& step : steps.before) {
    const std::string when = "agent killed when " + step + " began";
    SCOPED_TRACE(when);
    if (!fleet) fleet.emplace(small_fleet());
    const auto order = std::to_string(fleet->rig().agent(0).pid()) + "@began " + step;
    std::thread systemd([&] { restart_when_dead(*fleet); });
    const auto ended = fleet->cutover_that_kills(order, {"--no-dry-run", "--yes"});
    systemd.join();
    if (ended.exit_code != 0 && ended.exit_code != 5) recover(*fleet, when);
    ASSERT_TRUE(fleet->all_on_blue() || fleet->all_on_green())
        << ended.output << ended.errors << fleet->rig().logs();
    ASSERT_TRUE(fleet->everyone_writes()) << ended.output << fleet->rig().logs();
    if (!fleet->all_on_green()) continue;
    expect_nothing_lost(fleet->verdict(), when);
    fleet.reset();
  }
  if (fleet) expect_nothing_lost(fleet->verdict_on_blue(), "on blue at the end");
}

}  // namespace
}  // namespace cutover::tests
