// The shape of the plans: what every reader of the lists relies on.
#include "controller/cutover/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cutover {
namespace {

std::vector<Plan> all_plans() {
  const RunLimits limits;
  return {cutover_plan(limits),          rehearsal_plan(limits),  recovery_back_plan(limits),
          recovery_forward_plan(limits), completion_plan(limits), rollback_plan(limits)};
}

bool is_undone_on_failure(const Step& step) {
  return step.stage == Stage::setup || step.stage == Stage::attempt;
}

std::ptrdiff_t points_of_no_return(const Plan& plan) {
  return std::count_if(plan.steps.begin(), plan.steps.end(),
                       [](const Step& step) { return step.point_of_no_return; });
}

TEST(Plans, WhatMovesClientsHasOnePointOfNoReturnAndNothingElseHasOne) {
  const RunLimits limits;
  EXPECT_EQ(points_of_no_return(cutover_plan(limits)), 1);
  EXPECT_EQ(points_of_no_return(recovery_forward_plan(limits)), 1);
  EXPECT_EQ(points_of_no_return(rehearsal_plan(limits)), 0);
  EXPECT_EQ(points_of_no_return(recovery_back_plan(limits)), 0);
}

TEST(Plans, EveryStepCanBeAppliedAndSettled) {
  for (const auto& plan : all_plans()) {
    for (const auto& step : plan.steps) {
      EXPECT_NE(step.apply, nullptr) << plan.name << ": " << step.name;
      EXPECT_NE(step.holds, nullptr) << plan.name << ": " << step.name;
      EXPECT_FALSE(step.purpose.empty()) << plan.name << ": " << step.name;
      EXPECT_GT(step.deadline.count(), 0) << plan.name << ": " << step.name;
    }
  }
}

TEST(Plans, EveryStepBeforeThePointOfNoReturnHasAnUndoAndNoneBehindItHas) {
  for (const auto& plan : {cutover_plan({}), rehearsal_plan({})}) {
    bool is_behind = false;
    for (const auto& step : plan.steps) {
      is_behind = is_behind || step.point_of_no_return;
      EXPECT_EQ(step.undo == nullptr, is_behind) << plan.name << ": " << step.name;
      EXPECT_EQ(is_undone_on_failure(step), !is_behind) << plan.name << ": " << step.name;
    }
  }
}

TEST(Plans, TheNamesOfTheirStepsAreUnique) {
  for (const auto& plan : all_plans()) {
    std::set<std::string> names;
    for (const auto& step : plan.steps) {
      EXPECT_TRUE(names.insert(step.name).second) << plan.name << ": " << step.name;
    }
  }
}

TEST(Plans, StagesFollowEachOther) {
  for (const auto& plan : all_plans()) {
    EXPECT_TRUE(
        std::is_sorted(plan.steps.begin(), plan.steps.end(),
                       [](const Step& one, const Step& other) { return one.stage < other.stage; }))
        << plan.name;
  }
}

TEST(CutoverPlan, OnlyTheDecisionMustBeUndoneForCertain) {
  for (const auto& step : cutover_plan({}).steps) {
    EXPECT_EQ(step.undo_must_hold, step.name == "decide") << step.name;
  }
}

TEST(CutoverPlan, PauseIsTheFirstStepThatHoldsClientsAndTheSwitchTheLast) {
  const auto plan = cutover_plan({});
  const auto holds = [](const Step& step) { return step.holds_clients; };
  const auto first = std::find_if(plan.steps.begin(), plan.steps.end(), holds);
  const auto last = std::find_if(plan.steps.rbegin(), plan.steps.rend(), holds);
  ASSERT_NE(first, plan.steps.end());
  EXPECT_EQ(first->name, "pause");
  EXPECT_EQ(last->name, "switch");
  EXPECT_TRUE(std::all_of(first, last.base(), holds)) << "no gap between pause and switch";
}

TEST(CutoverPlan, TheOldFenceIsThePointOfNoReturnAndTheSwitchFollowsAtOnce) {
  for (const auto& plan : {cutover_plan({}), rollback_plan({}), recovery_forward_plan({})}) {
    const auto point = std::find_if(plan.steps.begin(), plan.steps.end(),
                                    [](const Step& step) { return step.point_of_no_return; });
    ASSERT_NE(point, plan.steps.end());
    EXPECT_EQ(point->name, "old fence") << plan.name;
    EXPECT_EQ(std::next(point)->name, "switch") << plan.name;
    EXPECT_EQ(point->stage, Stage::forward) << plan.name;
  }
}

TEST(CutoverPlan, IsInTheOrderOfTheProtocol) {
  std::vector<std::string> names;
  for (const auto& step : cutover_plan({}).steps) names.push_back(step.name);
  const std::vector<std::string> protocol = {"claim",
                                             "arm",
                                             "hook before pause",
                                             "wait",
                                             "pause",
                                             "hold",
                                             "mark",
                                             "first gate",
                                             "decide",
                                             "seal",
                                             "hook after decision",
                                             "second gate",
                                             "last look",
                                             "old fence",
                                             "switch",
                                             "prove",
                                             "way back",
                                             "hook after resume",
                                             "release"};
  EXPECT_EQ(names, protocol);
}

TEST(CutoverPlan, NoHeldStepMayOutlastTheBudgetButByTheDrain) {
  RunLimits limits;
  for (const auto& step : cutover_plan(limits).steps) {
    if (!step.holds_clients || step.stage != Stage::attempt) continue;
    EXPECT_LE(step.deadline, limits.pause_budget + limits.drain_timeout) << step.name;
  }
  EXPECT_LT(limits.drain_timeout, limits.pause_budget);
  EXPECT_LT(limits.drain_timeout, limits.lease) << "else the lease runs out while draining";
}

TEST(RehearsalPlan, IsThePrefixOfTheCutoverUpToTheFirstGate) {
  const auto rehearsal = rehearsal_plan({});
  const auto cutover = cutover_plan({});
  ASSERT_LT(rehearsal.steps.size(), cutover.steps.size());
  for (std::size_t i = 0; i < rehearsal.steps.size(); ++i) {
    EXPECT_EQ(rehearsal.steps[i].name, cutover.steps[i].name);
    EXPECT_EQ(rehearsal.steps[i].apply, cutover.steps[i].apply);
    EXPECT_EQ(rehearsal.steps[i].undo, cutover.steps[i].undo);
    EXPECT_EQ(rehearsal.steps[i].deadline, cutover.steps[i].deadline);
  }
  EXPECT_EQ(rehearsal.steps.back().name, "first gate");
  EXPECT_TRUE(rehearsal.turns_back);
}

TEST(RecoveryForwardPlan, GoesThroughSealAndSecondGateBeforeItSwitches) {
  std::vector<std::string> names;
  for (const auto& step : recovery_forward_plan({}).steps) names.push_back(step.name);
  const std::vector<std::string> order = {"arm again", "seal",  "second gate", "old fence",
                                          "switch",    "prove", "way back",    "release"};
  EXPECT_EQ(names, order);
}

TEST(RecoveryBackPlan, NeverTouchesAnOldFence) {
  for (const auto& step : recovery_back_plan({}).steps) EXPECT_NE(step.name, "old fence");
}

TEST(RecoveryBackPlan, TakesTheFenceDownBeforeItResumesAnybody) {
  const auto plan = recovery_back_plan({});
  EXPECT_EQ(plan.steps[0].name, "undo decision");
  EXPECT_EQ(plan.steps[0].stage, Stage::forward) << "it must be done before the next begins";
  EXPECT_EQ(plan.steps[1].name, "resume");
}

}  // namespace
}  // namespace cutover
