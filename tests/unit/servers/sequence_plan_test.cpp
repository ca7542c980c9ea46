#include <gtest/gtest.h>

#include "controller/servers/sequences.h"

namespace cutover {
namespace {

SequenceState state(std::int64_t value, bool called) {
  SequenceState made;
  made.name = "s";
  made.last_value = value;
  made.is_called = called;
  return made;
}

SequenceState descending(SequenceState made) {
  made.descends = true;
  return made;
}

SequenceState cycling(SequenceState made) {
  made.cycles = true;
  return made;
}

TEST(Sequences, OnlyWhatIsBehindInItsDirectionIsSet) {
  EXPECT_TRUE(is_behind(state(1, true), state(2, true)));
  EXPECT_FALSE(is_behind(state(2, true), state(1, true)));
  EXPECT_FALSE(is_behind(state(2, true), state(2, true)));
  EXPECT_TRUE(is_behind(descending(state(-1, true)), descending(state(-2, true))));
  EXPECT_FALSE(is_behind(descending(state(-2, true)), descending(state(-1, true))));
}

TEST(Sequences, HandedOutIsPastNotHandedOut) {
  EXPECT_TRUE(is_behind(state(1, false), state(1, true)));
  EXPECT_FALSE(is_behind(state(1, true), state(1, false)));
  EXPECT_TRUE(is_behind(descending(state(1, false)), descending(state(1, true))));
}

TEST(Sequences, NeitherSideIsBehindTheOtherUnlessTheyDiffer) {
  for (const bool down : {false, true})
    for (std::int64_t a = -2; a <= 2; ++a)
      for (std::int64_t b = -2; b <= 2; ++b)
        for (const int called : {0, 1, 2, 3}) {
          auto one = state(a, (called & 1) != 0);
          auto other = state(b, (called & 2) != 0);
          one.descends = other.descends = down;
          EXPECT_EQ(is_behind(one, other) + is_behind(other, one), one == other ? 0 : 1);
        }
}

TEST(Sequences, OneThatCyclesIsMadeTheSame) {
  EXPECT_TRUE(is_behind(cycling(state(9, true)), cycling(state(2, true))));
  EXPECT_FALSE(is_behind(cycling(state(2, true)), cycling(state(2, true))));
}

TEST(Sequences, ThePlanNamesWhatGreenLacks) {
  const auto plan = plan_sequences({state(1, true)}, {});
  EXPECT_TRUE(plan.to_set.empty());
  ASSERT_EQ(plan.missing.size(), 1U);
  EXPECT_EQ(plan.missing[0], "s");
}

}  // namespace
}  // namespace cutover
