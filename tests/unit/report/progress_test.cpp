#include "controller/report/progress.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace cutover {
namespace {

std::string printed(const std::vector<Event>& events, ProgressStyle style = {}) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  Progress progress(out, style);
  for (const auto& event : events) progress.on(event, RunState{});
  std::fclose(out);
  const std::string result(text, size);
  std::free(text);
  return result;
}

TEST(Progress, TellsEachStepWithItsTimeAndHowLongWritesWereHeld) {
  const auto text = printed({StepEnded{"decide", false, done(), std::chrono::microseconds(2'400)},
                             PauseEnded{std::chrono::microseconds(41'000)}});
  EXPECT_NE(text.find("decide"), std::string::npos);
  EXPECT_NE(text.find("2.4 ms"), std::string::npos);
  EXPECT_NE(text.find("writes were held for 41.0 ms"), std::string::npos);
}

TEST(Progress, ShowsWhyAStepWasRefusedAndWhatToDo) {
  const auto text = printed({StepEnded{"pause", false, refused("bouncer-1: busy", "end it"), {}}});
  EXPECT_NE(text.find("bouncer-1: busy"), std::string::npos);
  EXPECT_NE(text.find("end it"), std::string::npos);
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Progress, AStepThatFailsAgainInTheSameWayIsToldOnceAnAttempt) {
  const StepEnded busy{"switch", false, in_doubt("bouncer-1: no answer"), {}};
  const StepEnded other{"switch", false, refused("bouncer-1: disk full"), {}};
  const StepEnded finally{"switch", false, done(), {}};
  const auto text = printed({busy, busy, busy, other, busy, finally});
  EXPECT_EQ(times(text, "no answer"), 2u) << text;
  EXPECT_EQ(times(text, "disk full"), 1u) << text;
  EXPECT_EQ(times(text, "switch"), 4u) << text;
  EXPECT_EQ(times(printed({busy, AttemptBegan{2}, busy}), "no answer"), 2u);
}

TEST(Progress, AFailureThatDiffersInOneThingIsNoRepetition) {
  const StepEnded failure{"switch", false, in_doubt("no answer"), {}};
  const StepEnded others[] = {{"mark", false, in_doubt("no answer"), {}},
                              {"switch", true, in_doubt("no answer"), {}},
                              {"switch", false, refused("no answer"), {}},
                              {"switch", false, in_doubt("no answer yet"), {}}};
  for (const auto& other : others)
    EXPECT_EQ(times(printed({failure, other}), "no answer"), 2u) << other.step;
  const StepEnded finally{"switch", false, done(), {}};
  EXPECT_EQ(times(printed({failure, finally, failure}), "no answer"), 2u);
}

TEST(Progress, HasNoEscapeCodesUnlessColourIsWanted) {
  const StepEnded event{"decide", false, done(), {}};
  EXPECT_EQ(printed({event}).find('\x1b'), std::string::npos);
  EXPECT_NE(printed({event}, {.color = true}).find('\x1b'), std::string::npos);
}

TEST(Progress, ATerminalThatIsGoneIsNoErrorOfTheRun) {
  std::FILE* out = std::fopen("/dev/full", "w");
  ASSERT_NE(out, nullptr);
  std::setvbuf(out, nullptr, _IOLBF, BUFSIZ);
  Progress progress(out, {});
  EXPECT_NO_THROW(progress.on(StepEnded{"decide", false, done(), {}}, RunState{}));
  std::fclose(out);
}

TEST(Progress, DurationsAreInTheUnitPeopleWouldUse) {
  EXPECT_EQ(duration_text(std::chrono::microseconds(41'230)), "41.2 ms");
  EXPECT_EQ(duration_text(std::chrono::seconds(61)), "61.00 s");
}

}  // namespace
}  // namespace cutover
