// Versions and what is known of them.
#include "agent/known_hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(KnownHazards, RenewalOfEveryPoolIsKnownFrom116To123) {
  EXPECT_THAT(known_hazards("1.15.0"), Not(Contains(HasSubstr("renews every pool"))));
  EXPECT_THAT(known_hazards("1.16.0"), Contains(HasSubstr("renews every pool")));
  EXPECT_THAT(known_hazards("1.23.1"), Contains(HasSubstr("renews every pool")));
  EXPECT_THAT(known_hazards("1.24.0"), Not(Contains(HasSubstr("renews every pool"))));
}

TEST(KnownHazards, AVersionThatCannotBeReadIsAHazard) {
  EXPECT_THAT(known_hazards(""), Contains(HasSubstr("could not be read")));
}

}  // namespace
}  // namespace cutover::agent
