// What crosses from the process that acts to the one that watches.
#include "controller/report/event_line.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

const std::vector<Event>& every_kind() {
  static const std::vector<Event> events = {
      RunBegan{"cutover"},
      AttemptBegan{2},
      StepBegan{"pause", true},
      StepEnded{"decide", false, refused("two\nlines \"quoted\"", "a hint"),
                std::chrono::microseconds(2'400)},
      PauseBegan{},
      PauseEnded{std::chrono::microseconds(41'000)},
      AttemptFailed{2, in_doubt("nobody knows"), milliseconds(500)},
      RunEnded{RunOutcome::attention}};
  return events;
}

TEST(EventLine, EveryKindOfEventComesBackAsItWas) {
  ASSERT_EQ(every_kind().size(), std::variant_size_v<Event>);
  for (std::size_t i = 0; i < every_kind().size(); ++i) {
    const auto line = to_event_line(every_kind()[i]);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto back = event_of_line(line);
    ASSERT_TRUE(back.has_value()) << line;
    EXPECT_EQ(back->index(), i);
    EXPECT_EQ(to_event_line(*back), line);
  }
}

TEST(EventLine, LongDetailsAreCutBetweenCharactersAndArrive) {
  for (std::size_t before = 595; before <= 605; ++before) {
    std::string detail(before, 'a');
    for (int i = 0; i < 50; ++i) detail += "ä€😀";
    const StepEnded ended{"decide", false, refused(detail, detail), std::chrono::microseconds(1)};
    const auto line = to_event_line(with_short_details(ended));
    EXPECT_LT(line.size(), 1500U);
    const auto back = event_of_line(line);
    ASSERT_TRUE(back.has_value()) << before << " " << to_text(back.error());
    const auto& told = std::get<StepEnded>(*back).outcome;
    EXPECT_GT(told.detail.size(), 590U);
    EXPECT_TRUE(detail.starts_with(told.detail));
    EXPECT_EQ(told.hint, told.detail);
  }
}

TEST(EventLine, TextThatIsNoUtf8ArrivesToo) {
  const StepEnded ended{"decide", false, refused("\xff\xfe"), std::chrono::microseconds(1)};
  EXPECT_TRUE(event_of_line(to_event_line(ended)).has_value());
}

TEST(EventLine, HalfALineIsAnErrorNotAnEvent) {
  const auto whole = to_event_line(StepBegan{"pause", false});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(event_of_line(whole.substr(0, size)).has_error()) << size;
  EXPECT_TRUE(event_of_line(R"({"event":"something new"})").has_error());
}

}  // namespace
}  // namespace cutover
