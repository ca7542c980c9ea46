#include "common/toml/nearest.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

const std::set<std::string> known{"lease", "pause_budget", "drain_timeout", "a"};

TEST(Nearest, AMisspeltNameIsRecognised) {
  EXPECT_EQ(nearest("leese", known), "lease");
  EXPECT_EQ(nearest("pausebudget", known), "pause_budget");
  EXPECT_EQ(nearest("drain_timeout_ms", known), "drain_timeout");
}

TEST(Nearest, ANameThatIsNothingLikeTheOthersHasNoNearest) {
  EXPECT_EQ(nearest("retries", known), "");
  EXPECT_EQ(nearest("x", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest("lease", {}), "");
}

}  // namespace
}  // namespace cutover
