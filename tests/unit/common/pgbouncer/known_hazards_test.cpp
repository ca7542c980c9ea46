// Versions and what is known of them.
#include "common/pgbouncer/known_hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutover {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> told_of(const std::string& version) {
  std::vector<std::string> told;
  for (const KnownHazard& hazard : known_hazards(version)) told.push_back(hazard.what);
  return told;
}

bool has_open_hazard(const std::string& version) {
  for (const KnownHazard& hazard : known_hazards(version))
    if (hazard.guard.empty()) return true;
  return false;
}

TEST(KnownHazards, RenewalOfEveryPoolIsKnownFrom116To123) {
  EXPECT_THAT(told_of("1.15.0"), Not(Contains(HasSubstr("renews every pool"))));
  EXPECT_THAT(told_of("1.16.0"), Contains(HasSubstr("renews every pool")));
  EXPECT_THAT(told_of("1.23.1"), Contains(HasSubstr("renews every pool")));
  EXPECT_THAT(told_of("1.24.0"), Not(Contains(HasSubstr("renews every pool"))));
}

TEST(KnownHazards, AVersionThatCannotBeReadIsAHazard) {
  EXPECT_THAT(told_of(""), Contains(HasSubstr("could not be read")));
}

TEST(KnownHazards, WhereNoHazardIsLeftOpenNoneIsUpToTheNewest) {
  EXPECT_EQ(first_version_without_open_hazards(), "1.24");
  EXPECT_TRUE(has_open_hazard("1.23"));
  for (int minor = 24; minor < 40; ++minor)
    EXPECT_FALSE(has_open_hazard("1." + std::to_string(minor))) << minor;
}

}  // namespace
}  // namespace cutover
