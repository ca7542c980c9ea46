// One outcome of many: the worst counts, and the text names who.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/cutover/execute.h"
#include "controller/cutover/fleet.h"
#include "controller/cutover/steps_shared.h"

namespace cutover {
namespace {

using testing::HasSubstr;
using testing::Not;

const Outcome all_kinds[] = {done(), refused("no", "ask"), in_doubt("silent", "look")};

TEST(CombinedOutcome, IsTheWorstOfAllInAnyOrder) {
  for (const auto& a : all_kinds) {
    for (const auto& b : all_kinds) {
      for (const auto& c : all_kinds) {
        const auto worst = std::max({a.kind, b.kind, c.kind});
        EXPECT_EQ(combined({{"x", a}, {"y", b}, {"z", c}}).kind, worst);
      }
    }
  }
}

TEST(CombinedOutcome, NamesOnlyTheBouncersThatAreTheWorst) {
  const auto outcome =
      combined({{"x", done("fine")}, {"y", refused("is busy", "wait")}, {"z", refused("is full")}});
  EXPECT_THAT(outcome.detail, HasSubstr("y: is busy"));
  EXPECT_THAT(outcome.detail, HasSubstr("z: is full"));
  EXPECT_THAT(outcome.detail, Not(HasSubstr("fine")));
  EXPECT_EQ(outcome.hint, "wait");
}

TEST(CombinedOutcome, SaysTheSameHintOnce) {
  const auto outcome = combined({{"x", refused("a", "wait")}, {"y", refused("b", "wait")}});
  EXPECT_EQ(outcome.hint, "wait");
}

TEST(WorseOutcome, IsNeverBetterThanEither) {
  for (const auto& a : all_kinds) {
    for (const auto& b : all_kinds) {
      EXPECT_EQ(worse_of(a, b).kind, std::max(a.kind, b.kind));
    }
  }
}

TEST(WorstOutcome, TellsWhatIsNotDoneAndAllWhenEverythingIs) {
  const auto worst = worst_of(
      {done("fine"), refused("is busy", "wait"), in_doubt("is silent", "look"), done("good")});
  EXPECT_EQ(worst, in_doubt("is busy; is silent", "look"));
  EXPECT_EQ(worst_of({done("fine"), done(), done("good")}), done("fine; good"));
  EXPECT_EQ(worst_of({}), done());
}

TEST(EveryBouncer, IsInDoubtWhenOneCannotBeAskedAndWhenThereIsNone) {
  const auto yes = [](const BouncerSight&) { return true; };
  BouncerSight seen;
  BouncerSight unseen;
  unseen.unreachable = Error{"no answer"};
  EXPECT_TRUE(steps::every_bouncer({seen, seen}, "so", yes).is_done());
  EXPECT_TRUE(steps::every_bouncer({seen, unseen}, "so", yes).is_in_doubt());
  EXPECT_TRUE(steps::every_bouncer({}, "so", yes).is_in_doubt());
  EXPECT_TRUE(
      steps::every_bouncer({seen}, "so", [](const BouncerSight&) { return false; }).is_refused());
}

TEST(ExitCodes, AreTheContractsOnes) {
  EXPECT_EQ(exit_code_of(RunOutcome::done), 0);
  EXPECT_EQ(exit_code_of(RunOutcome::refused), 1);
  EXPECT_EQ(exit_code_of(RunOutcome::aborted), 3);
  EXPECT_EQ(exit_code_of(RunOutcome::in_doubt), 4);
  EXPECT_EQ(exit_code_of(RunOutcome::attention), 5);
}

}  // namespace
}  // namespace cutover
