// When rows of two servers that both go on are called different.
#include "controller/verify/trial.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

using Look = std::optional<RowLook>;

const Look none;
const Look blue_a = RowLook{"a", "1"};
const Look blue_b = RowLook{"b", "2"};
const Look green_a = RowLook{"a"};
const Look green_b = RowLook{"b"};
const Look green_x = RowLook{"x"};

Trial trial(std::vector<Look> blue, std::vector<Look> green) {
  return {std::move(blue), std::move(green), false};
}

TEST(Trial, GreenIsEqualWhenItHasWhatBlueHadAtAnyLook) {
  EXPECT_EQ(judge(trial({blue_a, blue_a, blue_b}, {green_a})), TrialVerdict::equal);
  EXPECT_EQ(judge(trial({blue_a, blue_b, blue_b}, {green_b})), TrialVerdict::equal);
  EXPECT_EQ(judge(trial({blue_a, none}, {none})), TrialVerdict::equal);
  EXPECT_EQ(judge(trial({none, none}, {none})), TrialVerdict::equal);
}

TEST(Trial, ARowThatStoodStillOnBlueAndIsOtherwiseOnGreenIsDifferent) {
  EXPECT_EQ(judge(trial({blue_a, blue_a}, {green_x, green_x})), TrialVerdict::different);
  EXPECT_EQ(judge(trial({blue_a, blue_a}, {none})), TrialVerdict::different);
  EXPECT_EQ(judge(trial({none, none}, {green_a})), TrialVerdict::different);
}

TEST(Trial, ARowThatChangedOnBlueMeanwhileIsNeverCalledDifferent) {
  EXPECT_EQ(judge(trial({blue_a, blue_b}, {green_x})), TrialVerdict::unsettled);
  EXPECT_EQ(judge(trial({blue_a, none}, {green_x})), TrialVerdict::unsettled);
  EXPECT_EQ(judge(trial({none, blue_a}, {green_x})), TrialVerdict::unsettled);
  const Look written_anew = RowLook{"a", "9"};
  EXPECT_EQ(judge(trial({blue_a, written_anew}, {green_x})), TrialVerdict::unsettled);
}

TEST(Trial, WhatChangesOnGreenMeanwhileIsNotCalledDifferent) {
  EXPECT_EQ(judge(trial({blue_a, blue_a}, {green_x, green_b})), TrialVerdict::unsettled);
}

TEST(Trial, ACommitThatIsNotYetVisibleOnBlueMayBeOnGreenAlready) {
  auto hidden = trial({none, none}, {green_a});
  hidden.commits_hidden = true;
  EXPECT_EQ(judge(hidden), TrialVerdict::unsettled);
}

TEST(Trial, WithoutTwoLooksAtBlueAndOneAtGreenNothingIsSaid) {
  EXPECT_EQ(judge(trial({blue_a}, {green_x})), TrialVerdict::unsettled);
  EXPECT_EQ(judge(trial({blue_a, blue_a}, {})), TrialVerdict::unsettled);
}

TEST(Suspicion, NeedsTwoTrialsOfTheSameStateInARow) {
  const auto against = trial({blue_a, blue_a}, {green_x});
  Suspicion suspicion;
  EXPECT_EQ(suspicion.take(against), TrialVerdict::unsettled);
  EXPECT_EQ(suspicion.take(against), TrialVerdict::different);
}

TEST(Suspicion, BeginsAnewWhenTheRowChangedBetweenTheTrials) {
  Suspicion suspicion;
  EXPECT_EQ(suspicion.take(trial({blue_a, blue_a}, {green_x})), TrialVerdict::unsettled);
  EXPECT_EQ(suspicion.take(trial({blue_b, blue_b}, {green_x})), TrialVerdict::unsettled);
  EXPECT_EQ(suspicion.take(trial({blue_b, blue_b}, {green_a})), TrialVerdict::unsettled);
  EXPECT_EQ(suspicion.take(trial({blue_b, blue_b}, {green_b})), TrialVerdict::equal);
}

TEST(Difference, IsNamedAsSeenOnGreen) {
  EXPECT_EQ(kind_of(trial({blue_a}, {none})), DifferenceKind::missing);
  EXPECT_EQ(kind_of(trial({none}, {green_a})), DifferenceKind::extra);
  EXPECT_EQ(kind_of(trial({blue_a}, {green_x})), DifferenceKind::changed);
}

}  // namespace
}  // namespace cutover
