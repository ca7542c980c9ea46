// `cutover verify` while every writer writes, 13 to 17: no false alarm, and every real difference.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <set>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

namespace json = boost::json;

json::object data_of(const support::Finished& finished) {
  const auto parsed = json::parse(finished.output);
  return parsed.at("data").at("databases").at(0).as_object();
}

/// "table kind", of every difference that is shown.
std::multiset<std::string> differences_in(const support::Finished& finished) {
  std::multiset<std::string> found;
  const auto data = data_of(finished);
  for (const auto& table : data.at("tables").as_array())
    for (const auto& difference : table.at("differences").as_array())
      found.insert(std::string(table.at("table").as_string()) + " " +
                   std::string(difference.at("kind").as_string()));
  return found;
}

std::int64_t looked_again(const support::Finished& finished) {
  std::int64_t rows = 0;
  const auto data = data_of(finished);
  for (const auto& table : data.at("tables").as_array())
    rows += table.at("looked_again").to_number<std::int64_t>();
  return rows;
}

TEST(VerifyUnderLoad, RaisesNoFalseAlarmAndFindsEachLostChangedAndExtraRow) {
  FleetUnderLoad fleet;
  auto& rig = fleet.rig();
  using Clock = std::chrono::steady_clock;
  const auto give_up = Clock::now() + std::chrono::seconds(90);
  std::int64_t again = 0;
  for (int round = 0; round < 3 || (again == 0 && Clock::now() < give_up); ++round) {
    const auto finished =
        rig.cutover({"verify", "--json", "--chunk-rows", "300"}, std::chrono::milliseconds(90'000));
    EXPECT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
    again += looked_again(finished);
  }
  EXPECT_GT(again, 0) << "the load was never in the way: the test shows nothing";
  EXPECT_TRUE(fleet.everyone_writes());

  rig.green().sql(
      "DELETE FROM load.write_0 WHERE id = (SELECT min(id) FROM load.write_0);"
      "UPDATE load.\"Load \"\"Table\"\" 2\" SET note = 'secret value' "
      "WHERE id = (SELECT min(id) FROM load.\"Load \"\"Table\"\" 2\");"
      "INSERT INTO load.write_3 (client, counter, multi) VALUES (-1, -1, false);"
      "INSERT INTO load.write_5 SELECT * FROM load.write_5 LIMIT 1",
      "app");
  const auto finished =
      rig.cutover({"verify", "--json", "--chunk-rows", "300"}, std::chrono::milliseconds(90'000));
  EXPECT_EQ(finished.exit_code, 1) << finished.output << finished.errors;
  const auto found = differences_in(finished);
  EXPECT_EQ(found.size(), 4U) << finished.output;
  for (const char* one : {"load.write_0 missing", "load.Load \"Table\" 2 changed"})
    EXPECT_EQ(found.count(one), 1U) << one << finished.output;
  EXPECT_EQ(finished.output.find("secret value"), std::string::npos);
  const auto shown = rig.cutover({"verify", "--json", "--show-data", "--table", "Load \"Table\" 2"},
                                 std::chrono::milliseconds(90'000));
  EXPECT_NE(shown.output.find("secret value"), std::string::npos) << shown.output << shown.errors;
  EXPECT_EQ(fleet.load().progress().failed, 0U);
}

}  // namespace
}  // namespace cutover::tests
