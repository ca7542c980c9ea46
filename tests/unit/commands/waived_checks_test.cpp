// checks.waive against the list of checks.
#include "controller/commands/waived_checks.h"

#include <gtest/gtest.h>

#include "controller/checks/check.h"

namespace cutover {
namespace {

TEST(WaivedChecks, EveryCheckIsWaivableOrGuardsData) {
  int waivable = 0;
  for (const auto& check : check_catalogue()) {
    const auto found = expect_waivable({check.name});
    EXPECT_EQ(found.has_value(), !check.guards_data) << check.name;
    waivable += found.has_value() ? 1 : 0;
  }
  EXPECT_GT(waivable, 0);
  EXPECT_TRUE(expect_waivable({}));
}

TEST(WaivedChecks, AMisspeltNameIsAnErrorThatSaysWhatWasMeant) {
  EXPECT_FALSE(expect_waivable({"terminable_sessions", "nope"}));
  const auto near = expect_waivable({"terminable_session"});
  ASSERT_FALSE(near);
  EXPECT_NE(near.error().what.find("\"terminable_session\""), std::string::npos);
  EXPECT_NE(near.error().hint.find("\"terminable_sessions\""), std::string::npos);
}

}  // namespace
}  // namespace cutover
