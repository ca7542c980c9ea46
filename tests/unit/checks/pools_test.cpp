// The arithmetic of pools, and versions as PgBouncer prints them.
#include "controller/checks/pools.h"

#include <gtest/gtest.h>

#include "controller/checks/bouncer_questions.h"
#include "tests/unit/checks/healthy_bouncer.h"

namespace cutover {
namespace {

std::uint64_t connections(SpoiledFleet& fleet) {
  return connections_of(fleet.process(), {"app"}).value();
}

TEST(ConnectionsOf, APoolMayOpenItsSizeAndItsReserve) {
  SpoiledFleet fleet;
  EXPECT_EQ(connections(fleet), 25U);
}

TEST(ConnectionsOf, EveryUserHasAPoolOfHisOwn) {
  SpoiledFleet fleet;
  proto::Row* pool = fleet.process().add_pools();
  *pool = fleet.process().pools(0);
  set_column(*pool, "user", "report");
  EXPECT_EQ(connections(fleet), 50U);
}

TEST(ConnectionsOf, MaxDbConnectionsIsTheLimit) {
  SpoiledFleet fleet;
  set_column(fleet.app(), "max_connections", "10");
  EXPECT_EQ(connections(fleet), 10U);
}

TEST(ConnectionsOf, TheReserveHadAnotherNameBefore124) {
  SpoiledFleet fleet;
  fleet.app().mutable_columns()->erase("reserve_pool_size");
  set_column(fleet.app(), "reserve_pool", "3");
  EXPECT_EQ(connections(fleet), 23U);
}

TEST(ConnectionsOf, ASizeThatCannotBeReadIsNotNone) {
  for (const char* name : {"pool_size", "reserve_pool_size"}) {
    SpoiledFleet fleet;
    set_column(fleet.app(), name, "many");
    EXPECT_FALSE(connections_of(fleet.process(), {"app"})) << name;
  }
}

TEST(ConnectionsOf, EntriesThatStayDoNotCount) {
  SpoiledFleet fleet;
  EXPECT_EQ(connections_of(fleet.process(), {"other"}).value(), 0U);
}

TEST(ParseVersion, ReadsWhatPgBouncerSays) {
  EXPECT_EQ(parse_version("1.18.0"), (Version{1, 18}));
  EXPECT_EQ(parse_version("PgBouncer 1.25.2"), (Version{1, 25}));
  EXPECT_EQ(parse_version("1.24.1-rc1"), (Version{1, 24}));
  EXPECT_EQ(parse_version("dev"), std::nullopt);
  EXPECT_EQ(parse_version("2"), std::nullopt);
}

TEST(ParseVersion, NineIsLessThanTen) {
  EXPECT_LT((Version{1, 9}), (Version{1, 10}));
}

TEST(NumberIn, TakesWholeNumbersOnly) {
  EXPECT_EQ(number_in("20"), 20U);
  EXPECT_EQ(number_in(""), std::nullopt);
  EXPECT_EQ(number_in("0.5"), std::nullopt);
  EXPECT_EQ(number_in("-1"), std::nullopt);
}

TEST(SecondsIn, TakesFractions) {
  EXPECT_EQ(seconds_in("0.5"), 0.5);
  EXPECT_EQ(seconds_in("120"), 120.0);
  EXPECT_EQ(seconds_in("soon"), std::nullopt);
  EXPECT_EQ(seconds_in(""), std::nullopt);
}

TEST(PlaceOf, NamesTheProcessOnlyWhereThereAreSeveral) {
  SpoiledFleet fleet;
  const auto place = [&] {
    const CheckContext context = context_of(fleet);
    const CheckedBouncer& host = context.bouncers->hosts[0];
    return place_of(host, host.inspection->processes(0));
  };
  EXPECT_EQ(place(), "b1");
  *fleet.inspection.add_processes() = fleet.process();
  EXPECT_EQ(place(), "b1/main");
}

}  // namespace
}  // namespace cutover
