#include "controller/display/frame.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

TEST(Frame, AFittedFrameIsExactlyAsLargeAsTheScreen) {
  Frame frame{FrameLine(std::string(200, 'x')), FrameLine("short")};
  for (const FrameSize size :
       {FrameSize{80, 24}, FrameSize{20, 1}, FrameSize{1, 3}, FrameSize{0, 0}}) {
    const auto fit = fitted(frame, size);
    EXPECT_EQ(fit.size(), size.height);
    for (const auto& line : fit) EXPECT_LE(line.width(), size.width);
  }
}

TEST(Frame, ACharacterIsOneColumnHoweverManyBytesItHas) {
  EXPECT_EQ(columns_of("▁█é"), 3u);
  EXPECT_EQ(left("▁█é", 2), "▁█");
  EXPECT_EQ(right("é", 3), "  é");
  EXPECT_EQ(FrameLine("▁▁▁▁▁").cut(3).text(), "▁▁~");
}

TEST(Frame, WhatWouldMoveTheCursorIsNotDrawn) {
  EXPECT_EQ(FrameLine("a\x1b[2Jb\nc").text(), "a [2Jb c");
}

TEST(Glyphs, ACurveGoesFromItsLowestToItsHighestCharacter) {
  EXPECT_EQ((Glyphs{true}.sparkline({0, 50, 100}, 10)), "▁▅█");
  EXPECT_EQ((Glyphs{false}.sparkline({0, 100}, 10)), "_#");
  EXPECT_EQ((Glyphs{true}.sparkline({5, 0, 0}, 2)), "▁▁") << "only what fits is measured";
  EXPECT_EQ((Glyphs{true}.sparkline({}, 5)), "");
}

TEST(Glyphs, ABarIsFullAtTheBudgetAndNeverLonger) {
  EXPECT_EQ((Glyphs{false}.bar(0.5, 4)), "##..");
  EXPECT_EQ((Glyphs{false}.bar(7, 4)), "####");
  EXPECT_EQ((Glyphs{false}.bar(-1, 4)), "....");
}

TEST(Frame, SizesAndTimesAreInUnitsPeopleUse) {
  EXPECT_EQ(bytes_text(812), "812 B");
  EXPECT_EQ(bytes_text(1.5 * 1024 * 1024), "1.5 MiB");
  EXPECT_EQ(clock_text(63), "01:03");
  EXPECT_EQ(clock_text(3723), "1:02:03");
}

}  // namespace
}  // namespace cutover
