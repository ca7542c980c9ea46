#include "common/base/duration.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

using namespace std::chrono_literals;

TEST(Duration, EveryUnitIsRead) {
  EXPECT_EQ(parse_duration("500ms").value(), 500ms);
  EXPECT_EQ(parse_duration("2s").value(), 2s);
  EXPECT_EQ(parse_duration("5min").value(), 5min);
  EXPECT_EQ(parse_duration("24h").value(), 24h);
  EXPECT_EQ(parse_duration("3d").value(), 72h);
  EXPECT_EQ(parse_duration("0s").value(), 0ms);
}

TEST(Duration, AnythingElseIsRefusedWithAHint) {
  for (const char* bad : {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5m", "5S",
                          "5ss", "0x5s", "99999999999999999999ms", "9223372036854775807s"}) {
    const auto duration = parse_duration(bad);
    ASSERT_FALSE(duration) << bad;
    EXPECT_NE(duration.error().what.find("is not a length of time"), std::string::npos);
    EXPECT_NE(duration.error().hint, "");
  }
}

TEST(Duration, ItIsPrintedInTheLargestUnitWithoutAFraction) {
  EXPECT_EQ(duration_text(0ms), "0ms");
  EXPECT_EQ(duration_text(1500ms), "1500ms");
  EXPECT_EQ(duration_text(2000ms), "2s");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(60s), "1min");
  EXPECT_EQ(duration_text(24h), "1d");
  EXPECT_EQ(duration_text(-5ms), "-5ms");
}

TEST(Duration, WhatIsPrintedIsReadBack) {
  for (const auto duration : {0ms, 1ms, 999ms, 1000ms, 61000ms, 3600000ms, 86400001ms})
    EXPECT_EQ(parse_duration(duration_text(duration)).value(), duration);
}

}  // namespace
}  // namespace cutover
