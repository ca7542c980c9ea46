#include "common/base/utc_time.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

TEST(UtcTime, IsReadBackAsItWasWritten) {
  using namespace std::chrono;
  const auto moment = system_clock::time_point(milliseconds(1'769'861'000'123));
  EXPECT_EQ(utc_text(moment), "2026-01-31T12:03:20.123Z");
  EXPECT_NEAR(unix_time_of("2026-01-31T12:03:20.123Z"), 1'769'861'000.123, 1e-6);
  EXPECT_EQ(unix_time_of("2026-01-31T12:03:20Z"), 1'769'861'000);
  EXPECT_EQ(unix_time_of("yesterday"), 0);
}

}  // namespace
}  // namespace cutover
