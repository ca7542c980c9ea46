// How long a pause may live.
#include "agent/pause_lease.h"

#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

using std::chrono::milliseconds;

BootTime at(int ms, const char* boot = "boot-1") {
  return {boot, milliseconds(ms)};
}

TEST(PauseLease, RunsOutAtItsDeadlineAndNotBefore) {
  const PauseLease lease = lease_from(at(1000), milliseconds(3000));
  EXPECT_FALSE(has_run_out(lease, at(3999)));
  EXPECT_TRUE(has_run_out(lease, at(4000)));
  EXPECT_EQ(time_left(lease, at(1500)), milliseconds(2500));
  EXPECT_EQ(time_left(lease, at(9000)), milliseconds(0));
}

TEST(PauseLease, ALeaseOfAnotherBootHasRunOut) {
  const PauseLease lease = lease_from(at(1000), milliseconds(3000));
  EXPECT_TRUE(has_run_out(lease, at(1001, "boot-2")));
  EXPECT_EQ(renewed(lease, at(1001, "boot-2"), milliseconds(3000)), std::nullopt);
}

TEST(PauseLease, RenewingCountsFromTheRenewal) {
  const PauseLease lease = lease_from(at(1000), milliseconds(3000));
  const auto longer = renewed(lease, at(2000), milliseconds(3000));
  ASSERT_TRUE(longer);
  EXPECT_EQ(longer->deadline, milliseconds(5000));
}

TEST(PauseLease, ARenewalNeverShortens) {
  const PauseLease lease = lease_from(at(1000), milliseconds(3000));
  EXPECT_EQ(renewed(lease, at(1001), milliseconds(10))->deadline, milliseconds(4000));
}

TEST(PauseLease, ALeaseThatRanOutIsNotRenewed) {
  const PauseLease lease = lease_from(at(1000), milliseconds(3000));
  EXPECT_EQ(renewed(lease, at(4000), milliseconds(3000)), std::nullopt);
}

}  // namespace
}  // namespace cutover::agent
