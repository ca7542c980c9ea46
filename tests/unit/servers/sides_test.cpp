// Which stream, name and conninfo belongs to which side, in both directions.
#include "controller/servers/sides.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

Config config_of_one() {
  DatabaseConfig database;
  database.name = "app";
  database.blue = "host=b";
  database.green = "host=g";
  database.replicate_from = "host=b user=r";
  database.replicate_back = "host=g user=r";
  database.subscriptions = {{"pub", "slot", "sub"}};
  database.routes = {{{"b", "5432"}, {"g", "5433"}}};
  Config config;
  config.databases = {database};
  return config;
}

TEST(Sides, OfARollbackAreThoseOfTheCutoverExchanged) {
  const auto there = sides_of(config_of_one(), Direction::forward).front();
  const auto back = sides_of(config_of_one(), Direction::back).front();
  EXPECT_EQ(back.blue, there.green);
  EXPECT_EQ(back.blue_colour, "green");
  EXPECT_EQ(back.subscriptions, there.way_back);
  EXPECT_EQ(back.way_back, there.subscriptions);
  EXPECT_EQ(back.markers, there.markers);
  EXPECT_EQ(there.replicate_back, "host=g user=r");
  EXPECT_EQ(back.replicate_back, "host=b user=r");
  EXPECT_TRUE(back.keeps_publications);
  EXPECT_FALSE(there.keeps_publications);
}

TEST(Sides, WithoutAWayBackNameNone) {
  auto config = config_of_one();
  config.way_back = false;
  for (const auto direction : {Direction::forward, Direction::back})
    EXPECT_TRUE(sides_of(config, direction).front().way_back.empty());
}

TEST(Sides, NamesOfTheWayBackFitIntoAnIdentifierAndStayApart) {
  const std::string longest(63, 'a');
  const auto one = way_back_of({longest, longest, longest});
  const auto other = way_back_of({longest.substr(1) + "b", longest, longest});
  EXPECT_EQ(one.slot.size(), 63u);
  EXPECT_TRUE(one.slot.ends_with("_back"));
  EXPECT_NE(one.publication, other.publication);
  EXPECT_EQ(way_back_of({"p", "s", "t"}), (SubscriptionConfig{"p_back", "s_back", "t_back"}));
}

TEST(Facing, BackExchangesServersRoutesAndSubscriptions) {
  const auto config = config_of_one();
  EXPECT_EQ(facing(config, Direction::forward), config);
  const auto back = facing(config, Direction::back).databases.front();
  EXPECT_EQ(back.blue, "host=g");
  EXPECT_EQ(back.green, "host=b");
  EXPECT_EQ(back.replicate_from, "host=g user=r");
  EXPECT_EQ(back.routes.front(), (RouteConfig{{"g", "5433"}, {"b", "5432"}}));
  EXPECT_EQ(back.subscriptions.front().slot, "slot_back");
}

}  // namespace
}  // namespace cutover
