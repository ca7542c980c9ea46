// One round trip tells how far a clock is off, up to half of itself.
#include "controller/checks/clock_offset.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

TEST(ClockOffset, IsTakenAgainstTheMiddleOfTheRoundTrip) {
  const ClockOffset offset = clock_offset(1'000'000, 1'020'000, 1'510'000);
  EXPECT_EQ(offset.offset_us, 500'000);
  EXPECT_EQ(offset.uncertainty_us, 10'000);
}

TEST(ClockOffset, IsSkewedBeyondOneSecondEitherWay) {
  EXPECT_FALSE(is_skewed({1'000'000, 0}));
  EXPECT_TRUE(is_skewed({1'000'001, 0}));
  EXPECT_FALSE(is_skewed({-1'000'000, 0}));
  EXPECT_TRUE(is_skewed({-1'000'001, 0}));
}

TEST(ClockOffset, WhatASlowRoundTripMayExplainIsNoSkew) {
  EXPECT_FALSE(is_skewed({3'000'000, 2'500'000}));
}

TEST(ClockOffset, PrintsMillisecondsWithSign) {
  EXPECT_EQ(to_text(ClockOffset{-1'500'000, 250}), "-1500 ms (±0.2)");
}

}  // namespace
}  // namespace cutover
