// What a run is allowed where cutover.toml says nothing: the documents' table of steps is made from
// it, the table of options from the configuration's own defaults.
#include <gtest/gtest.h>

#include "controller/commands/run_plan.h"

namespace cutover {
namespace {

TEST(RunLimits, AreTheConfigurationsWhereItSaysNothing) {
  EXPECT_EQ(limits_of(Config()), RunLimits());
}

TEST(RunLimits, FollowEveryLimitOfTheConfiguration) {
  Config config;
  config.limits.lag_to_start_bytes = 1;
  config.limits.quiet_transaction_age = milliseconds(2);
  config.limits.quiet_timeout = milliseconds(3);
  config.limits.drain_timeout = milliseconds(4);
  config.limits.pause_budget = milliseconds(5);
  config.limits.lease = milliseconds(6);
  config.limits.attempts = 7;
  config.limits.backoff = milliseconds(8);
  config.way_back = false;
  const auto limits = limits_of(config);
  EXPECT_EQ(limits.quiet, (QuietLimits{1, milliseconds(2), milliseconds(1)}));
  EXPECT_EQ(limits.quiet_timeout, milliseconds(3));
  EXPECT_EQ(limits.drain_timeout, milliseconds(4));
  EXPECT_EQ(limits.pause_budget, milliseconds(5));
  EXPECT_EQ(limits.lease, milliseconds(6));
  EXPECT_EQ(limits.attempts, 7U);
  EXPECT_EQ(limits.backoff, milliseconds(8));
  EXPECT_FALSE(limits.way_back);
}

}  // namespace
}  // namespace cutover
