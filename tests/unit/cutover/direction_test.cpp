// Texts of the protocol with exchanged colours: what a rollback tells people.
#include "controller/cutover/direction.h"

#include <gtest/gtest.h>

#include "controller/cutover/plan.h"

namespace cutover {
namespace {

TEST(Colours, AreExchangedWhereTheyStandAlone) {
  EXPECT_EQ(with_colours_exchanged("blue's row, green: behind. Blue (green) blue"),
            "green's row, blue: behind. Green (blue) green");
}

TEST(Colours, InNamesOfHostsAndObjectsStay) {
  for (const char* text : {"host=green.internal", "green.internal", "db-blue", "blue_2", "\"blue\"",
                           "https://x/green", "greenish", "evergreen", "app@blue"})
    EXPECT_EQ(with_colours_exchanged(text), text);
}

TEST(Colours, ExchangedTwiceAreWhatTheyWere) {
  for (const auto& step : cutover_plan({}).steps)
    EXPECT_EQ(with_colours_exchanged(with_colours_exchanged(step.purpose)), step.purpose);
}

TEST(RollbackPlan, IsTheCutoverWithItsColoursExchanged) {
  const auto there = cutover_plan({});
  const auto back = rollback_plan({});
  ASSERT_EQ(there.steps.size(), back.steps.size());
  for (std::size_t i = 0; i < there.steps.size(); ++i) {
    EXPECT_EQ(there.steps[i].name, back.steps[i].name);
    EXPECT_EQ(there.steps[i].apply, back.steps[i].apply);
    EXPECT_EQ(with_colours_exchanged(there.steps[i].purpose), back.steps[i].purpose);
  }
}

TEST(Plans, LeaveTheWayBackOutWhereItIsNotWanted) {
  RunLimits limits;
  limits.way_back = false;
  for (const auto& plan : {cutover_plan(limits), rollback_plan(limits),
                           recovery_forward_plan(limits), completion_plan(limits)})
    for (const auto& step : plan.steps) EXPECT_NE(step.name, "way back") << plan.name;
}

}  // namespace
}  // namespace cutover
