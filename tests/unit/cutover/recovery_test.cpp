// The recovery table, proved by enumeration: every state of two bouncers, every row on blue, every
// wish; the rules of the design stated as properties.
#include "controller/cutover/recovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace cutover {
namespace {

const Claim ours{"recovery", 7};

/// Every combination of what an agent may say, and being out of reach.
std::vector<BouncerSight> all_sights() {
  std::vector<BouncerSight> sights;
  for (int bits = 0; bits < 64; ++bits) {
    for (const int colour : {0, 1, 2}) {  // all blue, all green, neither
      BouncerSight sight;
      sight.bouncer = "bouncer";
      sight.claim = (bits & 1) != 0 ? ours : Claim{"older", 6};
      sight.armed = (bits & 2) != 0;
      sight.paused = (bits & 4) != 0;
      sight.intent = (bits & 8) != 0;
      sight.switched = (bits & 16) != 0;
      if ((bits & 32) != 0) sight.unreachable = Error{"no answer"};
      sight.all_blue = colour == 0;
      sight.all_green = colour == 1;
      sights.push_back(sight);
    }
  }
  return sights;
}

struct Case {
  RunRecord record;
  const std::vector<BouncerSight>& sights;
  const Outcome& old_fence;
  RecoveryWish wish;
};

using Check = std::function<void(const Case&, const RecoveryDecision&)>;

const Outcome all_old_fences[] = {done(), refused("it was taken down"), in_doubt("unknown")};

void for_every_row_and_wish(const std::vector<BouncerSight>& sights, const Outcome& old_fence,
                            const Check& check) {
  for (const bool decided : {false, true}) {
    for (const bool fenced : {false, true}) {
      for (const auto wish : {RecoveryWish::none, RecoveryWish::back, RecoveryWish::forward}) {
        const Case it{{ours, decided, fenced}, sights, old_fence, wish};
        check(it, choose_course(it.record, it.sights, it.old_fence, it.wish));
      }
    }
  }
}

/// Pairs of bouncers: everything one may say, beside everything of weight that another may say.
void for_every_case(const Check& check) {
  const auto all = all_sights();
  for (const auto& one : all) {
    for (const auto& other : all) {
      if (other.paused) continue;
      for (const auto& old_fence : all_old_fences) {
        for_every_row_and_wish({one, other}, old_fence, check);
      }
    }
  }
}

/// It is known, beyond what an older run may still do, not to have switched.
bool surely_on_blue(const BouncerSight& sight) {
  return !sight.unreachable && sight.claim == ours && !sight.intent && !sight.switched &&
         sight.all_blue;
}

bool surely_on_green(const BouncerSight& sight) {
  return !sight.unreachable && sight.all_green && !sight.paused &&
         (sight.switched || !sight.intent);
}

TEST(RecoveryTable, GoesBackFromADecisionOnlyWhenSurelyNobodySwitched) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    if (!it.record.decided || chosen.course != RecoveryCourse::back) return;
    ASSERT_TRUE(std::all_of(it.sights.begin(), it.sights.end(), surely_on_blue));
  });
}

TEST(RecoveryTable, GoesBackFromADecisionOnlyWhileTheOldFenceIsKnownToStand) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    if (!it.record.decided || it.old_fence.is_done()) return;
    ASSERT_NE(chosen.course, RecoveryCourse::back);
    if (it.wish != RecoveryWish::back && chosen.course != RecoveryCourse::nothing) {
      ASSERT_EQ(chosen.course, RecoveryCourse::forward);
    }
  });
}

TEST(RecoveryTable, AnOldFenceSaysNothingWhereNothingWasDecided) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    if (it.record.decided) return;
    ASSERT_EQ(chosen.course, choose_course(it.record, it.sights, done(), it.wish).course);
  });
}

TEST(RecoveryTable, NeverGoesForwardWithoutADecision) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    if (!it.record.decided) {
      ASSERT_NE(chosen.course, RecoveryCourse::forward);
    }
  });
}

TEST(RecoveryTable, DoesNothingOnlyWhereAllAreSurelyOfOneColour) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    if (chosen.course != RecoveryCourse::nothing) return;
    if (it.record.decided) {
      ASSERT_TRUE(std::all_of(it.sights.begin(), it.sights.end(), surely_on_green));
    } else {
      ASSERT_FALSE(it.record.fenced);
      ASSERT_TRUE(std::all_of(it.sights.begin(), it.sights.end(), [](const BouncerSight& sight) {
        return !sight.unreachable && sight.all_blue && !sight.armed && !sight.paused &&
               !sight.intent;
      }));
    }
  });
}

/// As far as it can be seen.
bool points_at_green(const BouncerSight& sight) {
  return !sight.unreachable && (sight.intent || sight.switched || sight.all_green);
}

TEST(RecoveryTable, TakesDownNoFenceWhileABouncerPointsAtGreenWithoutADecision) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    if (it.record.decided) return;
    if (std::any_of(it.sights.begin(), it.sights.end(), points_at_green)) {
      ASSERT_EQ(chosen.course, RecoveryCourse::refused);
    }
  });
}

TEST(RecoveryTable, RefusesOnlyAWishAndWhatNoRunLeavesBehind) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    const bool strange =
        !it.record.decided && std::any_of(it.sights.begin(), it.sights.end(), points_at_green);
    if (it.wish == RecoveryWish::none && !strange) {
      ASSERT_NE(chosen.course, RecoveryCourse::refused);
    }
    if (chosen.course == RecoveryCourse::refused) {
      ASSERT_FALSE(chosen.hint.empty());
    }
    ASSERT_FALSE(chosen.why.empty());
  });
}

TEST(RecoveryTable, NeverGoesAgainstAWish) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    if (it.wish == RecoveryWish::back) {
      ASSERT_NE(chosen.course, RecoveryCourse::forward);
    }
    if (it.wish == RecoveryWish::forward) {
      ASSERT_NE(chosen.course, RecoveryCourse::back);
    }
  });
}

TEST(RecoveryTable, ByDefaultADecisionThatNobodyCarriedOutIsUndone) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    const bool nobody = std::all_of(it.sights.begin(), it.sights.end(), surely_on_blue);
    if (!it.record.decided || !nobody || !it.old_fence.is_done()) return;
    const bool forward = it.wish == RecoveryWish::forward;
    ASSERT_EQ(chosen.course, forward ? RecoveryCourse::forward : RecoveryCourse::back);
  });
}

TEST(RecoveryTable, OneOutOfReachOrWithAnIntentMeansForward) {
  for_every_case([](const Case& it, const RecoveryDecision& chosen) {
    if (!it.record.decided || it.wish == RecoveryWish::back) return;
    const bool somebody = std::any_of(it.sights.begin(), it.sights.end(), [](const auto& sight) {
      return sight.unreachable || (sight.intent && !sight.switched);
    });
    if (somebody) {
      ASSERT_EQ(chosen.course, RecoveryCourse::forward);
    }
  });
}

TEST(RecoveryTable, NothingIsHalfWayOnlyWhereAllSurelyServeOneSideThatMayBeWrittenTo) {
  const auto one_each = all_sights();
  for (const auto& first : one_each) {
    for (const auto& second : one_each) {
      for (const bool fenced : {false, true}) {
        const std::vector<BouncerSight> both{first, second};
        if (!nothing_is_half_way({ours, fenced, fenced}, both).is_done()) continue;
        for (const auto& sight : both) {
          EXPECT_FALSE(sight.unreachable);
          EXPECT_FALSE(sight.armed || sight.paused || sight.intent);
          EXPECT_TRUE(sight.all_green || (sight.all_blue && !fenced));
          EXPECT_EQ(sight.all_green, first.all_green);
        }
      }
    }
  }
}

TEST(RecoveryTable, WhatWasRecoveredIsNotHalfWay) {
  BouncerSight on_blue;
  on_blue.all_blue = true;
  BouncerSight on_green;
  on_green.all_green = on_green.switched = true;
  EXPECT_TRUE(nothing_is_half_way({ours, false, false}, {on_blue, on_blue}).is_done());
  EXPECT_TRUE(nothing_is_half_way({ours, true, true}, {on_green, on_green}).is_done());
  EXPECT_TRUE(nothing_is_half_way({ours, false, false}, {on_green}).is_done()) << "finish, again";
  EXPECT_TRUE(nothing_is_half_way({}, {}).is_done()) << "never claimed";
  EXPECT_FALSE(nothing_is_half_way({ours, true, true}, {}).is_done()) << "nobody was asked";
}

TEST(RecoveryTable, WithoutAnyBouncerSeenItChoosesNothingAtAll) {
  for (const bool decided : {false, true}) {
    for (const auto wish : {RecoveryWish::none, RecoveryWish::back, RecoveryWish::forward}) {
      EXPECT_EQ(choose_course({ours, decided, decided}, {}, done(), wish).course,
                RecoveryCourse::refused);
    }
  }
}

}  // namespace
}  // namespace cutover
