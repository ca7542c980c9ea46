#include "controller/report/command_result.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace cutover {
namespace {

namespace json = boost::json;

CommandResult a_run() {
  RunReport report;
  report.outcome = RunOutcome::aborted;
  report.attempts = 3;
  report.pause = std::chrono::microseconds(41'500);
  report.steps = {{"claim", 0, done(), std::chrono::microseconds(1'000)},
                  {"pause", 3, refused("bouncer-1: it did not drain"),
                   std::chrono::microseconds(2'000'000), true}};
  report.cause = refused("bouncer-1: it did not drain", "look at `cutover status`");
  CommandResult result;
  result.run_id = "20261122T141533-7f3a9c";
  result.command = "cutover";
  result.dry_run = false;
  take_outcome_of(result, report);
  return result;
}

TEST(CommandResult, StepsThatStandByThemselvesAreRefusedAloneAndAbortedTogether) {
  CommandResult result;
  result.steps = {{"one", 0, done(), {}}, {"two", 0, done(), {}}};
  end_by_steps(result, "again");
  EXPECT_EQ(result.exit_code, 0);
  result.steps = {{"one", 0, refused("no"), {}}, {"two", 0, refused("no", "so"), {}}};
  end_by_steps(result, "again");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(to_text(*result.error), "one: no\nhint: again");
  result.steps = {{"one", 0, done(), {}}, {"two", 0, in_doubt("who knows", "so"), {}}};
  end_by_steps(result, "again");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(to_text(*result.error), "two: who knows\nhint: so");
}

TEST(CommandResult, EveryKeyOfTheContractIsThereAtEveryEnd) {
  for (const auto& result :
       {CommandResult{}, a_run(), usage_error("cutover", Error{"no file", "make one"})}) {
    const auto object = json::parse(to_json_line(result)).as_object();
    for (const char* key : {"run_id", "command", "dry_run", "outcome", "exit_code", "pause_seconds",
                            "attempts", "checks", "steps", "error", "data"}) {
      EXPECT_TRUE(object.contains(key)) << key;
    }
    EXPECT_EQ(object.size(), 11u);
  }
}

TEST(CommandResult, IsOneLineWhateverTextsItHolds) {
  auto result = a_run();
  result.error = Error{"two\nlines", "and \"quotes\""};
  EXPECT_EQ(to_json_line(result).find('\n'), std::string::npos);
}

TEST(CommandResult, AnUndoneStepIsToldAsUndone) {
  const auto object = json::parse(to_json_line(a_run())).as_object();
  EXPECT_EQ(object.at("steps").at(1).at("outcome").as_string(), "undone");
  EXPECT_EQ(object.at("exit_code").as_int64(), 3);
}

TEST(CommandResult, WhatTheWorkingProcessWritesIsReadBackTheSame) {
  const auto written = to_json_line(a_run());
  const auto read = from_json_line(written);
  ASSERT_TRUE(read) << to_text(read.error());
  EXPECT_EQ(to_json_line(*read), written);
}

TEST(CommandResult, HalfALineIsAnError) {
  const auto written = to_json_line(a_run());
  for (std::size_t length = 0; length < written.size(); ++length) {
    EXPECT_FALSE(from_json_line(written.substr(0, length)));
  }
}

}  // namespace
}  // namespace cutover
