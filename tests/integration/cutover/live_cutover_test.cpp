// The main promise on real servers: live traffic moves to another major, and no write is lost,
// doubled or failed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <utility>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/load/load_verdict.h"
#include "tests/support/sql_session.h"

namespace cutover::tests {
namespace {

namespace json = boost::json;

json::object report_of(const support::Finished& finished) {
  return json::parse(finished.output).as_object();
}

FleetOptions between(int blue, int green) {
  FleetOptions options;
  options.rig.blue_major = blue;
  options.rig.green_major = green;
  return options;
}

int lines_with(const std::filesystem::path& file, const std::vector<std::string>& parts) {
  std::ifstream text(file);
  int count = 0;
  for (std::string line; std::getline(text, line);) {
    count += std::all_of(parts.begin(), parts.end(), [&](const std::string& part) {
      return line.find(part) != std::string::npos;
    });
  }
  return count;
}

/// From the claim until the run hangs up; whose run it is and what it does can be read off.
void expect_the_run_in_every_line(const std::filesystem::path& log, const std::string& run) {
  std::ifstream text(log);
  bool claimed = false;
  int lines = 0;
  for (std::string line; std::getline(text, line);) {
    claimed = claimed || line.find("event=claim") != std::string::npos;
    if (!claimed) continue;
    ++lines;
    EXPECT_NE(line.find("run=" + run + " "), std::string::npos) << line;
    EXPECT_EQ(line.find("level=warning"), std::string::npos) << line;
  }
  EXPECT_GT(lines, 5) << log;
}

void expect_clean_cutover(FleetUnderLoad& fleet) {
  const auto finished = fleet.rig().cutover({"--no-dry-run", "--yes", "--json"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors << fleet.rig().logs();
  const auto report = report_of(finished);
  EXPECT_EQ(report.at("outcome").as_string(), "done");
  EXPECT_GT(report.at("pause_seconds").as_double(), 0);
  for (int host = 0; host < fleet.rig().options().hosts; ++host)
    expect_the_run_in_every_line(fleet.rig().agent(host).log_file(),
                                 std::string(report.at("run_id").as_string()));
  EXPECT_TRUE(fleet.everyone_writes()) << fleet.rig().logs();
  EXPECT_TRUE(fleet.all_on_green());
  const auto verdict = fleet.verdict();
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict) << fleet.rig().logs();
  EXPECT_GT(verdict.served_by_port(fleet.rig().green().port()), 0u);
  // What shows which server is blue lives through the seal (its application is "cutover checks").
  EXPECT_EQ(lines_with(fleet.rig().blue().log_file(), {"cutover checks", "terminating"}), 0);
}

class LiveCutover : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(LiveCutover, LosesDoublesAndFailsNothing) {
  FleetUnderLoad fleet(between(GetParam().first, GetParam().second));
  expect_clean_cutover(fleet);
}

INSTANTIATE_TEST_SUITE_P(Majors, LiveCutover,
                         testing::Values(std::pair(13, 17), std::pair(15, 18), std::pair(15, 15),
                                         std::pair(12, 16)),
                         [](const auto& pair) {
                           return std::to_string(pair.param.first) + "to" +
                                  std::to_string(pair.param.second);
                         });

TEST(LiveCutoverShapes, SeveralDatabasesProcessesAndSubscriptionsMoveInOnePause) {
  auto options = between(15, 17);
  options.rig.databases = {"app", "second"};
  options.rig.pgbouncers_per_host = 2;
  options.rig.subscriptions = 2;
  // 2 hosts, 2 processes, 2 databases: 8 pools of the usual 20 are more than max_connections, and
  // the check green_connections refuses.
  options.rig.pool_size = 8;
  FleetUnderLoad fleet(options);
  expect_clean_cutover(fleet);
}

TEST(LiveCutoverShapes, AgentsAreReachedOverLibssh2WithAForcedCommand) {
  auto options = between(15, 17);
  options.rig.reach = support::Reach::forced_command;
  FleetUnderLoad fleet(options);
  expect_clean_cutover(fleet);
}

TEST(LiveCutoverShapes, AgentsAreReachedOverOpenssh) {
  auto options = between(15, 17);
  options.rig.reach = support::Reach::openssh;
  FleetUnderLoad fleet(options);
  expect_clean_cutover(fleet);
}

TEST(LiveCutoverShapes, LinkedIniFilesAreSwitchedByTheirLink) {
  auto options = between(15, 17);
  options.rig.layout = support::IniLayout::linked;
  FleetUnderLoad fleet(options);
  expect_clean_cutover(fleet);
}

TEST(LiveCutoverShapes, ARehearsalMeasuresThePauseAndMovesNothing) {
  FleetUnderLoad fleet(between(15, 17));
  const auto finished = fleet.rig().cutover({"rehearse", "--no-dry-run", "--yes", "--json"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors << fleet.rig().logs();
  EXPECT_GT(report_of(finished).at("pause_seconds").as_double(), 0);
  EXPECT_TRUE(fleet.everyone_writes());
  EXPECT_TRUE(fleet.all_on_blue());
  const auto triggers = fleet.rig().blue().sql(
      "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'cutover_fence%' "
      "AND tgrelid::regclass::text NOT LIKE 'cutover.%'",
      "app");
  EXPECT_EQ(triggers.value(), "0");
  const auto verdict = fleet.verdict_on_blue();
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict);
}

TEST(LiveCutoverShapes, ATransactionThatDoesNotEndAbortsEveryAttemptAndLeavesClientsOnBlue) {
  auto options = between(15, 17);
  options.rig.limits =
      "attempts = 2\nbackoff = \"100ms\"\ndrain_timeout = \"300ms\"\nquiet_transaction_age = "
      "\"1h\"\n";
  FleetUnderLoad fleet(options);
  support::SqlSession holder(fleet.rig().client_conninfos().front());
  holder.must("BEGIN");
  holder.must("SELECT 1");
  const auto finished = fleet.rig().cutover({"--no-dry-run", "--yes", "--json"});
  EXPECT_EQ(finished.exit_code, 3) << finished.output << finished.errors;
  EXPECT_EQ(report_of(finished).at("attempts").as_int64(), 2);
  EXPECT_TRUE(fleet.everyone_writes());
  EXPECT_TRUE(fleet.all_on_blue());
  EXPECT_THAT(fleet.left_behind(), testing::IsEmpty());
  holder.must("COMMIT");
  const auto verdict = fleet.verdict_on_blue();
  EXPECT_TRUE(verdict.is_clean()) << support::to_text(verdict);
}

}  // namespace
}  // namespace cutover::tests
