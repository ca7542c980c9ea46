#include "controller/display/run_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/cutover/plan.h"
#include "tests/unit/display/sample_look.h"

namespace cutover::tests {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;
using testing::Not;

class RunViewTest : public testing::Test {
 protected:
  void at(milliseconds since, const Event& event) { view_.take(event, start_ + since); }
  std::string shown(milliseconds since, FrameSize size = {80, 24}) const {
    return text_of(view_.frame(size, Glyphs{}, start_ + since));
  }

  TimePoint start_ = TimePoint() + std::chrono::hours(1);
  Plan plan_ = cutover_plan(RunLimits{});
  RunView view_{plan_, RunLimits{}, start_};
};

TEST_F(RunViewTest, TheStepThatRunsIsShownWithTheTimeItHasTaken) {
  at(milliseconds(0), StepBegan{plan_.steps[0].name, false});
  EXPECT_THAT(shown(milliseconds(250)), HasSubstr("now  " + plan_.steps[0].name));
  EXPECT_THAT(shown(milliseconds(250)), HasSubstr("250.0 ms"));
}

TEST_F(RunViewTest, EveryStepIsInSightWhileItRunsOnTheSmallestScreen) {
  view_.take(sample_look());
  for (const auto& step : plan_.steps) {
    at(milliseconds(0), StepBegan{step.name, false});
    EXPECT_THAT(shown(milliseconds(1)), HasSubstr("now  " + step.name));
    EXPECT_THAT(shown(milliseconds(1), {40, 12}), HasSubstr("now  " + step.name));
    at(milliseconds(2), StepEnded{step.name, false, done(), microseconds(2000)});
  }
}

TEST_F(RunViewTest, ThePauseIsMeasuredAgainstItsBudgetUntilClientsGoOn) {
  EXPECT_FALSE(view_.clients_wait());
  at(milliseconds(100), PauseBegan{});
  EXPECT_TRUE(view_.clients_wait());
  view_.take(sample_look());
  EXPECT_THAT(shown(milliseconds(2600)), HasSubstr("bouncer-1        blue    PAUSED"));
  EXPECT_THAT(shown(milliseconds(2600)), HasSubstr("2.50 s of 5.00 s  clients wait"));
  at(milliseconds(2700), PauseEnded{microseconds(41'000)});
  EXPECT_FALSE(view_.clients_wait());
  EXPECT_THAT(shown(milliseconds(9000)), HasSubstr("41.0 ms of 5.00 s  clients go on"));
}

TEST_F(RunViewTest, AFailedAttemptSaysWhyAndTheNextOneBeginsAfresh) {
  at(milliseconds(0), StepBegan{"pause", false});
  at(milliseconds(1), StepEnded{"pause", false, refused("bouncer-1: busy"), microseconds(10)});
  at(milliseconds(2), AttemptFailed{1, refused("bouncer-1: busy"), milliseconds(100)});
  EXPECT_THAT(shown(milliseconds(3)), HasSubstr("attempt 1 failed, clients go on where they were"));
  at(milliseconds(4), AttemptBegan{2});
  EXPECT_THAT(shown(milliseconds(5)), HasSubstr("attempt 2 of 10"));
  EXPECT_THAT(shown(milliseconds(5)), Not(HasSubstr("no   pause")));
}

TEST_F(RunViewTest, BouncersAndLagAreShownAsLastSeen) {
  view_.take(sample_look());
  const auto text = shown(milliseconds(0));
  EXPECT_THAT(text, HasSubstr("bouncer-1        blue    serving 0 waiting"));
  EXPECT_THAT(text, HasSubstr("2.0 KiB"));
  auto look = sample_look();
  look.bouncers[1].paused = true;
  look.bouncers[0].error = "gone";
  view_.take(look);
  EXPECT_THAT(shown(milliseconds(0)), HasSubstr("PAUSED"));
  EXPECT_THAT(shown(milliseconds(0)), HasSubstr("out of reach"));
}

TEST_F(RunViewTest, WhatIsPrintedMeanwhileStaysOnTheLastLines) {
  view_.take_print("first\nsecond\nthird\n");
  const auto frame = view_.frame({80, 24}, Glyphs{}, start_);
  EXPECT_EQ(frame[22].text(), "second");
  EXPECT_EQ(frame[23].text(), "third");
}

TEST_F(RunViewTest, NoScreenIsTooSmallOrTooLarge) {
  view_.take(sample_look());
  for (std::size_t width : {0, 1, 7, 20, 80, 300})
    for (std::size_t height : {0, 1, 2, 5, 24, 100}) {
      const auto frame = view_.frame({width, height}, Glyphs{}, start_);
      EXPECT_EQ(frame.size(), height);
      for (const auto& line : frame) EXPECT_LE(line.width(), width);
    }
}

}  // namespace
}  // namespace cutover::tests
