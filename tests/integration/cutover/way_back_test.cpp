// There and back on real servers: after a cutover blue follows green, a rollback brings traffic
// back by it, and a second cutover goes again. No write is lost, doubled or failed on the way.
// CUTOVER_TEST_LONG=1 takes every pair of majors from 12 to 18.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <utility>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/eventually.h"
#include "tests/support/load/load_verdict.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

namespace json = boost::json;

using Majors = std::pair<int, int>;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* act[] = {"--no-dry-run", "--yes"};

FleetOptions between(Majors majors) {
  FleetOptions options;
  options.rig.blue_major = majors.first;
  options.rig.green_major = majors.second;
  return options;
}

json::object status_of(FleetUnderLoad& fleet) {
  const auto looked = fleet.rig().cutover({"status", "--json"});
  EXPECT_EQ(looked.exit_code, 0) << looked.output << looked.errors;
  return json::parse(looked.output).as_object().at("data").as_object();
}

bool way_back_is_open(FleetUnderLoad& fleet) {
  const auto databases = status_of(fleet).at("databases").as_array();
  return databases.at(0).as_object().at("way_back").as_object().at("open").as_bool();
}

/// Its worker takes a moment to start.
void expect_way_back_to_be_open(FleetUnderLoad& fleet) {
  const auto open = [&] { return way_back_is_open(fleet); };
  EXPECT_TRUE(support::eventually(seconds(20), open, milliseconds(200))) << fleet.rig().logs();
}

void go(FleetUnderLoad& fleet, std::vector<std::string> command) {
  const auto name = command.empty() ? "cutover" : command.front();
  command.insert(command.end(), std::begin(act), std::end(act));
  command.emplace_back("--json");
  const auto finished = fleet.rig().cutover(command, seconds(120));
  ASSERT_EQ(finished.exit_code, 0) << name << "\n"
                                   << finished.output << finished.errors << fleet.rig().logs();
  ASSERT_TRUE(fleet.everyone_writes()) << name << "\n" << fleet.rig().logs();
}

void expect_clean(const support::LoadVerdict& verdict, FleetUnderLoad& fleet) {
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict) << fleet.rig().logs();
}

/// The writers have stopped: blue, which follows, holds each of their writes once too.
void expect_blue_to_follow(FleetUnderLoad& fleet) {
  support::LoadVerdict verdict;
  const auto follows = [&] {
    verdict = fleet.verdict_on_blue();
    return verdict.is_clean();
  };
  EXPECT_TRUE(support::eventually(seconds(20), follows, milliseconds(200)))
      << support::to_text(verdict) << fleet.rig().logs();
}

class ThereAndBack : public testing::TestWithParam<Majors> {};

TEST_P(ThereAndBack, LosesDoublesAndFailsNothingAndGoesAgain) {
  FleetUnderLoad fleet(between(GetParam()));
  go(fleet, {});
  ASSERT_TRUE(fleet.all_on_green());
  expect_way_back_to_be_open(fleet);
  go(fleet, {"rollback"});
  ASSERT_TRUE(fleet.all_on_blue());
  go(fleet, {});
  ASSERT_TRUE(fleet.all_on_green());
  expect_way_back_to_be_open(fleet);
  expect_clean(fleet.verdict(), fleet);
  expect_blue_to_follow(fleet);
}

std::vector<Majors> pairs() {
  if (std::getenv("CUTOVER_TEST_LONG") == nullptr) return {{12, 16}, {13, 17}, {15, 18}, {17, 17}};
  std::vector<Majors> all;
  for (int blue = 12; blue <= 18; ++blue)
    for (int green = blue; green <= 18; ++green) all.emplace_back(blue, green);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Majors, ThereAndBack, testing::ValuesIn(pairs()), [](const auto& pair) {
  return std::to_string(pair.param.first) + "to" + std::to_string(pair.param.second);
});

TEST(WayBack, AWriteThatARollbackFindsOnGreenIsOnBlueAfterIt) {
  FleetUnderLoad fleet(between({13, 17}));
  go(fleet, {});
  go(fleet, {"rollback"});
  ASSERT_TRUE(fleet.all_on_blue());
  expect_clean(fleet.verdict_on_blue(), fleet);
}

TEST(WayBack, ARollbackWithoutAWayBackIsRefusedAndChangesNothing) {
  auto options = between({15, 17});
  options.rig.more_config = "[way_back]\nenabled = false\n";
  FleetUnderLoad fleet(std::move(options));
  go(fleet, {});
  EXPECT_FALSE(way_back_is_open(fleet));
  const auto slots = fleet.rig().green().sql("SELECT count(*) FROM pg_replication_slots", "app");
  EXPECT_EQ(slots.value(), "0");
  const auto finished = fleet.rig().cutover({"rollback", "--no-dry-run", "--yes"});
  EXPECT_EQ(finished.exit_code, 1) << finished.output << finished.errors;
  EXPECT_TRUE(fleet.all_on_green());
  expect_clean(fleet.verdict(), fleet);
}

/// What it says, where it is refused because that side was left.
void expect_left(FleetUnderLoad& fleet, const std::string& side, std::vector<std::string> command) {
  const auto name = command.empty() ? "cutover" : command.front();
  command.insert(command.end(), std::begin(act), std::end(act));
  const auto refused = fleet.rig().cutover(command, seconds(60));
  const auto said = refused.output + refused.errors;
  EXPECT_EQ(refused.exit_code, 1) << name << "\n" << said;
  EXPECT_NE(said.find(side + " app is fenced: run "), std::string::npos) << name << "\n" << said;
}

TEST(WayBack, NothingBeginsAgainFromASideThatClientsHaveLeft) {
  FleetUnderLoad fleet(between({15, 17}));
  go(fleet, {});
  for (const char* command : {"", "rehearse", "prepare", "seed", "subscribe"})
    expect_left(fleet, "blue",
                *command == '\0' ? std::vector<std::string>() : std::vector<std::string>{command});
  expect_way_back_to_be_open(fleet);
  go(fleet, {"rollback"});
  expect_left(fleet, "green", {"rollback"});
  expect_clean(fleet.verdict_on_blue(), fleet);
}

TEST(WayBack, ARehearsalLeavesNothingOfIt) {
  FleetUnderLoad fleet(between({15, 17}));
  go(fleet, {"rehearse"});
  EXPECT_EQ(fleet.rig().green().sql("SELECT count(*) FROM pg_replication_slots", "app").value(),
            "0");
  EXPECT_EQ(fleet.rig().green().sql("SELECT count(*) FROM pg_publication", "app").value(), "0");
  EXPECT_EQ(fleet.rig().blue().sql("SELECT count(*) FROM pg_subscription", "app").value(), "0");
  expect_clean(fleet.verdict_on_blue(), fleet);
}

// ── somebody dies ──

void expect_nothing_lost(const support::LoadVerdict& verdict) {
  EXPECT_EQ(verdict.lost, 0u) << support::to_text(verdict);
  EXPECT_EQ(verdict.doubled, 0u) << support::to_text(verdict);
  EXPECT_EQ(verdict.unexpected, 0u) << support::to_text(verdict);
}

void recover(FleetUnderLoad& fleet) {
  const auto recovered = fleet.rig().cutover({"recover", "--no-dry-run", "--yes"}, seconds(120));
  EXPECT_EQ(recovered.exit_code, 0) << recovered.output << recovered.errors << fleet.rig().logs();
}

TEST(KilledOnTheWayBack, BeforeItIsOpenRecoveryOpensItAndARollbackLosesNothing) {
  FleetUnderLoad fleet(between({13, 17}));
  fleet.cutover_that_kills("both@began way back", {"--no-dry-run", "--yes"});
  ASSERT_TRUE(fleet.everyone_writes());  // on green, before blue follows
  recover(fleet);
  EXPECT_TRUE(fleet.all_on_green());
  expect_way_back_to_be_open(fleet);
  go(fleet, {"rollback"});
  ASSERT_TRUE(fleet.all_on_blue());
  expect_nothing_lost(fleet.verdict_on_blue());
}

/// Of the cutover: nobody writes on blue, whichever way they come.
void expect_blue_to_be_fenced(FleetUnderLoad& fleet) {
  support::SqlSession direct(fleet.rig().blue_conninfo());
  EXPECT_EQ(direct.value("SHOW default_transaction_read_only"), "on");
  EXPECT_EQ(direct.value("SELECT fenced FROM cutover.run WHERE side = 'blue'"), "t");
  const auto written = direct.run("BEGIN READ WRITE; INSERT INTO load.client VALUES (777, 0)");
  EXPECT_EQ(written.sqlstate, "25006") << written.error;
}

TEST(KilledOnTheWayBack, ARollbackThatDiesEndsOnOneSideAndTheNextOneComesHome) {
  FleetUnderLoad fleet(between({15, 17}));
  go(fleet, {});
  for (const char* moment : {"began arm", "began decide", "began old fence"}) {
    SCOPED_TRACE(moment);
    fleet.cutover_that_kills(std::string("both@") + moment, {"rollback", "--no-dry-run", "--yes"});
    recover(fleet);
    ASSERT_TRUE(fleet.all_on_green());
    expect_blue_to_be_fenced(fleet);
    ASSERT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  }
  fleet.cutover_that_kills("both@began prove", {"rollback", "--no-dry-run", "--yes"});
  recover(fleet);
  ASSERT_TRUE(fleet.all_on_blue());
  ASSERT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  expect_nothing_lost(fleet.verdict_on_blue());
}

TEST(KilledOnTheWayBack, OnceTheOldFenceIsDownItOnlyGoesForwardSoThatNoDirectWriteIsLeftBehind) {
  FleetUnderLoad fleet(between({15, 17}));
  go(fleet, {});
  fleet.cutover_that_kills("both@ended old fence", {"rollback", "--no-dry-run", "--yes"});
  support::run_sql(fleet.rig().blue_conninfo(), "INSERT INTO load.client VALUES (777, 0)");
  const auto back = fleet.rig().cutover({"recover", "--back", "--no-dry-run", "--yes"});
  EXPECT_EQ(back.exit_code, 1) << back.output << back.errors;
  recover(fleet);
  ASSERT_TRUE(fleet.all_on_blue()) << fleet.rig().logs();
  ASSERT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  const std::string count = "SELECT count(*) FROM load.client WHERE client = 777";
  for (const auto& client : fleet.rig().client_conninfos())
    EXPECT_EQ(support::run_sql(client, count).value(), "1");
  const auto followed = [&] { return fleet.rig().green().sql(count, "app").value() == "1"; };
  EXPECT_TRUE(support::eventually(seconds(20), followed, milliseconds(200))) << fleet.rig().logs();
  expect_nothing_lost(fleet.verdict_on_blue());
}

}  // namespace
}  // namespace cutover::tests
