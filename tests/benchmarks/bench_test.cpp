// The benchmark's machinery at small size: one round of every way, what its tables hold, and that
// this project loses and fails nothing on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/benchmarks/comparison.h"
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
  }
  EXPECT_GT(samples_of(result.samples, "500", "read-only")[0].failed, 0U);
  EXPECT_EQ(result.ours.lost + result.ours.doubled + result.ours.failed, 0U);
  EXPECT_GT(result.ours.acknowledged, 0U);
  EXPECT_THAT(to_markdown(result), HasSubstr("| the runbook's script | 1 |"));
  EXPECT_THAT(to_csv(result.samples), HasSubstr("500,rollback,1,"));
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
