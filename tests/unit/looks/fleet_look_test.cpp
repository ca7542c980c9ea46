// What a look says of the way back and of lag.
#include "controller/looks/fleet_look.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

SlotLook way_back(const std::string& name) {
  SlotLook slot;
  slot.slot = slot.subscription = name;
  slot.direction = Direction::back;
  slot.ours = true;
  slot.active = true;
  slot.lag_bytes = 10;
  return slot;
}

TEST(WayBack, IsOpenOnlyWhenEveryOneOfOurSubscriptionsIsServed) {
  DatabaseLook look;
  look.subscriptions = 2;
  look.green.slots = {way_back("one_back")};
  EXPECT_EQ(look.way_back_open(), false);
  look.green.slots.push_back(way_back("two_back"));
  EXPECT_EQ(look.way_back_open(), true);
  look.green.slots[1].active = false;
  EXPECT_EQ(look.way_back_open(), false);
}

TEST(WayBack, IsNotOpenBecauseSomebodyElseReadsASlotOfGreen) {
  DatabaseLook look;
  look.way_back_subscriptions = 1;
  look.green.slots = {way_back("change_data_capture")};
  look.green.slots[0].ours = false;
  EXPECT_EQ(look.way_back_open(), false);
}

TEST(WayBack, IsNoneWhereNothingOfItIsLeftOnEitherSide) {
  DatabaseLook look;
  EXPECT_EQ(look.way_back_open(), std::nullopt) << "before a run, or after `finish`";
  look.way_back_subscriptions = 1;
  EXPECT_EQ(look.way_back_open(), false) << "somebody dropped its slot";
  look.way_back_subscriptions = 0;
  look.green.slots = {way_back("one_back")};
  look.green.slots[0].active = false;
  EXPECT_EQ(look.way_back_open(), false) << "somebody dropped its subscription";
}

TEST(WayBack, IsNotKnownWhileGreenDoesNotAnswer) {
  DatabaseLook look;
  look.green.error = "connection refused";
  EXPECT_EQ(look.way_back_open(), std::nullopt);
}

TEST(Lag, IsThatOfOurOwnSlots) {
  FleetLook look;
  look.databases.emplace_back();
  look.databases[0].green.slots = {way_back("one_back"), way_back("change_data_capture")};
  look.databases[0].green.slots[1].ours = false;
  look.databases[0].green.slots[1].lag_bytes = 1e9;
  EXPECT_EQ(look.lag_bytes(Direction::back), 10);
}

/// Two bouncers that serve `serves`.
FleetLook fleet_on(const std::string& serves) {
  FleetLook look;
  look.databases.resize(2);
  look.bouncers.resize(2);
  for (auto& bouncer : look.bouncers) bouncer.serves = serves;
  return look;
}

TEST(FencedSide, IsInUseOnlyWhereClientsAreLetThroughToIt) {
  auto look = fleet_on("green");
  EXPECT_EQ(look.fenced_side_in_use(), "");
  look.databases[0].fenced = true;  // as after every cutover
  EXPECT_EQ(look.fenced_side_in_use(), "");
  look.databases[1].green_fenced = true;
  EXPECT_EQ(look.fenced_side_in_use(), "green");
  for (auto& bouncer : look.bouncers) bouncer.paused = true;  // as between decision and switch
  EXPECT_EQ(look.fenced_side_in_use(), "");
  look.bouncers[1].paused = false;
  EXPECT_EQ(look.fenced_side_in_use(), "green");
}

TEST(FencedSide, OfBlueCountsWhereABouncerLeadsThere) {
  auto look = fleet_on("blue");
  look.databases[0].green_fenced = true;  // as after every rollback
  EXPECT_EQ(look.fenced_side_in_use(), "");
  look.databases[0].fenced = true;
  EXPECT_EQ(look.fenced_side_in_use(), "blue");
}

}  // namespace
}  // namespace cutover
