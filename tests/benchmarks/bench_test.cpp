// The benchmark's machinery at small size: one round of every way, what its tables hold, and that
// this project loses and fails nothing on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/benchmarks/bouncer_wait.h"
#include "tests/benchmarks/comparison.h"
#include "tests/benchmarks/measured_run.h"
#include "tests/benchmarks/scaling.h"
#include "tests/benchmarks/strip_plot.h"

namespace cutover::bench {
namespace {

using testing::HasSubstr;

TEST(Comparison, TakesASampleOfEveryWayAndThisProjectFailsNothing) {
  ComparisonOptions options;
  options.fleet.blue_major = 16;
  options.fleet.reach = support::Reach::libssh2;
  options.fleet.durability = support::Durability::fast;
  options.loads = {"500"};
  options.rounds = 1;
  options.slow_rounds = 1;
  int told = 0;
  const auto result = compare(options, [&](const Sample&) { ++told; });
  EXPECT_EQ(told, 6);  // two floors
  for (const char* way : {"floor", "cutover", "rollback", "runbook", "read-only"}) {
    const auto samples = samples_of(result.samples, "500", way);
    ASSERT_FALSE(samples.empty()) << way;
    EXPECT_GT(samples[0].held, 0) << way;
    EXPECT_GT(samples[0].bouncer_wait, 0) << way;
  }
  EXPECT_GT(samples_of(result.samples, "500", "read-only")[0].failed, 0U);
  EXPECT_EQ(result.ours.lost + result.ours.doubled + result.ours.failed, 0U);
  EXPECT_GT(result.ours.acknowledged, 0U);
  EXPECT_THAT(to_markdown(result), HasSubstr("| the runbook's script | 1 |"));
  EXPECT_THAT(to_csv(result.samples), HasSubstr("500,rollback,1,"));
}

support::Finished ended_with(int exit_code, const std::string& output) {
  return {.exit_code = exit_code, .output = output, .errors = ""};
}

TEST(Comparison, ARunThatGaveUpIsCountedAndItsPauseIsTheLastOne) {
  Measurement measurement;
  take_times(ended_with(given_up, R"({"pause_seconds":0.25,"attempts":3,"steps":[)"
                                  R"({"name":"pause","seconds":2.0},)"
                                  R"({"name":"pause","seconds":0.25}]})"),
             measurement);
  EXPECT_EQ(measurement.held, 250);
  EXPECT_EQ(measurement.attempts, 3);
  EXPECT_EQ(measurement.steps.size(), 1U);
  take_times(ended_with(given_up, R"({"pause_seconds":null,"attempts":1,"steps":[]})"),
             measurement);
  EXPECT_EQ(measurement.held, 0);
  EXPECT_EQ(reason(ended_with(refused, R"({"checks":[{"name":"a","outcome":"pass","detail":""},)"
                                       R"({"name":"oldest","outcome":"fail","detail":"1.8 s"}]})")),
            "oldest: 1.8 s; ");
  EXPECT_THROW(take_times(ended_with(4, "{}"), measurement), std::runtime_error);
}

TEST(BouncerWait, IsWhatWasAddedInBetweenAndAllOfOneThatWasStartedAnew) {
  EXPECT_EQ(waited({10, 20}, {15, 40}), 25);
  EXPECT_EQ(waited({10, 20}, {15, 4}), 9);
}

TEST(Comparison, WhatARunThatIsCutOffLeavesSaysThatItsWritesWereNotCompared) {
  ComparisonResult cut_off;
  cut_off.samples = {{.group = "mix", .way = "cutover", .held = 250, .exit_code = given_up}};
  EXPECT_THAT(to_markdown(cut_off), HasSubstr("| **cutover** | 1 |"));
  EXPECT_THAT(to_markdown(cut_off), HasSubstr("| 1 | 1 |\n"));
  EXPECT_THAT(to_markdown(cut_off), HasSubstr("writes not compared"));
  EXPECT_THAT(to_csv(cut_off.samples), HasSubstr(",1,3\n"));
}

TEST(Comparison, ARunThatGivesUpUnderLongTransactionsIsASampleWithoutAWayBack) {
  ComparisonOptions options;
  options.fleet.blue_major = 16;
  options.fleet.durability = support::Durability::fast;
  options.fleet.limits = "attempts = 1\nquiet_timeout = \"1s\"\n";
  options.fleet.more_config = "[checks]\nwaive = [\"oldest_transaction\"]\n";
  options.loads = {"mix"};
  options.rounds = 1;
  options.slow_rounds = 0;
  const auto result = compare(options, [](const Sample&) {});
  const auto cutovers = samples_of(result.samples, "mix", "cutover");
  ASSERT_EQ(cutovers.size(), 1U);
  EXPECT_EQ(cutovers[0].exit_code, given_up) << cutovers[0].why;
  EXPECT_THAT(cutovers[0].why, HasSubstr("quiet"));
  EXPECT_TRUE(samples_of(result.samples, "mix", "rollback").empty());
  EXPECT_EQ(result.ours.lost + result.ours.doubled + result.ours.failed, 0U);
  EXPECT_GT(result.ours.acknowledged, 0U);
}

/// What a cutover meets in one database: tables (partitions not counted) and sequences.
std::pair<int, int> relations_in(const support::LoadSchema& schema) {
  const support::PostgresServer server({.major = 16, .durability = support::Durability::fast});
  support::create_load_schema(server.conninfo(), schema);
  const auto count = [&](const std::string& condition) {
    return std::stoi(server
                         .sql("SELECT count(*) FROM pg_class c WHERE relnamespace::regnamespace"
                              "::text IN ('load', '\"Load Two\"') AND " +
                              condition)
                         .value());
  };
  return {count("relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'client'"),
          count("relkind = 'S'")};
}

TEST(Series, OfTablesHasAFixedNumberOfSequencesAndOfSequencesOfTables) {
  support::RigOptions fleet;
  fleet.schema = {.tables = 30, .sequences = 30};
  using Relations = std::pair<int, int>;
  EXPECT_EQ(relations_in(sized(fleet, "tables", 10).schema), Relations(10, 30));
  EXPECT_EQ(relations_in(sized(fleet, "tables", 60).schema), Relations(60, 30));
  EXPECT_EQ(relations_in(sized(fleet, "sequences", 0).schema), Relations(30, 0));
  EXPECT_EQ(relations_in(sized(fleet, "sequences", 40).schema), Relations(30, 40));
}

Samples two_sizes() {
  return {{.group = "bouncers 1", .way = "floor", .held = 10},
          {.group = "bouncers 1", .way = "cutover", .held = 30, .steps = {{"pause", 12}}},
          {.group = "bouncers 2", .way = "floor", .held = 11},
          {.group = "bouncers 2", .way = "rollback", .held = 36, .steps = {{"pause", 14}}}};
}

TEST(Series, TellsWhatIsOverTheFloorOfEachSize) {
  const auto table = series_table(two_sizes());
  EXPECT_THAT(table, HasSubstr("| bouncers 1 | 1 | 10.0 | 30.0 | 20.0 |"));
  EXPECT_THAT(table, HasSubstr("| bouncers 2 | 1 | 11.0 | 36.0 | 25.0 |"));
}

TEST(Series, OfRoundTripsTellsHowManyOfThemAreInHeld) {
  const Samples samples{{.group = "round-trip-ms 0", .way = "cutover", .held = 80},
                        {.group = "round-trip-ms 5", .way = "cutover", .held = 140},
                        {.group = "round-trip-ms 20", .way = "cutover", .held = 340}};
  EXPECT_THAT(series_table(samples), HasSubstr(" adds 13.0 ms to held"));
  EXPECT_EQ(series_table(two_sizes()).find("round trip"), std::string::npos);
}

TEST(StripPlot, HasADotPerValueAndALinePerSeries) {
  const auto plot = strip_plot({{.name = "a", .values = {1, 20, 300}}}, "caption");
  std::size_t dots = 0;
  for (auto at = plot.find("<circle"); at != std::string::npos; at = plot.find("<circle", at + 1))
    ++dots;
  EXPECT_EQ(dots, 3U);
  EXPECT_THAT(plot, HasSubstr(">a</text>"));
  EXPECT_THAT(plot, HasSubstr("1000 ms"));
}

}  // namespace
}  // namespace cutover::bench
