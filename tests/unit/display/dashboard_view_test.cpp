#include "controller/display/dashboard_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/display/keys.h"
#include "tests/unit/display/sample_look.h"

namespace cutover::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class Dashboard : public testing::Test {
 protected:
  std::string shown(FrameSize size = {80, 24}) const {
    return text_of(view_.frame(size, Glyphs{}, 1'000'010));
  }
  void press(const std::string& keys) {
    for (const char key : keys) EXPECT_TRUE(view_.take_key(key));
  }

  DashboardView view_{1};
};

TEST_F(Dashboard, BlueAndGreenStandSideBySideAt80Columns) {
  view_.take(sample_look());
  view_.take(sample_look(1'000'001));
  const auto frame = view_.frame({80, 24}, Glyphs{}, 1'000'010);
  bool found = false;
  for (const auto& line : frame) {
    const auto text = line.text();
    if (text.find("BLUE 13.23") == std::string::npos) continue;
    EXPECT_THAT(text, HasSubstr("GREEN 17.10"));
    found = true;
  }
  EXPECT_TRUE(found);
  for (const char* part : {"rows/s   1000", "tx/s    500", "cutover", "2.0 KiB", "bouncer-2",
                           "blue serves", "entries", "pools", "blue.internal:5432", "q quit"})
    EXPECT_THAT(shown(), HasSubstr(part));
}

TEST_F(Dashboard, BeforeTheFirstLookItSaysThatItLooks) {
  EXPECT_THAT(shown(), HasSubstr("looking at servers"));
}

TEST_F(Dashboard, QLeavesButIsALetterInAFilter) {
  EXPECT_FALSE(DashboardView(1).take_key('q'));
  press("/q");
  view_.take_key(key_enter);
  EXPECT_FALSE(view_.take_key('q'));
}

TEST_F(Dashboard, AFilterKeepsWhatMatchesAndEscapeDropsIt) {
  view_.take(sample_look());
  press("/reports");
  view_.take_key(key_enter);
  EXPECT_THAT(shown({80, 40}), Not(HasSubstr("medplum        app")));
  EXPECT_THAT(shown({80, 40}), HasSubstr("reports        reader"));
  view_.take_key(key_escape);
  EXPECT_THAT(shown({80, 40}), HasSubstr("medplum        app"));
}

TEST_F(Dashboard, PoolsAreSortedByWhatTheKeyChooses) {
  view_.take(sample_look());
  const auto first_is = [&](const std::string& one, const std::string& other) {
    const auto text = shown({80, 40});
    return text.find(one) < text.find(other);
  };
  EXPECT_TRUE(first_is("reports        reader", "medplum        app")) << "by waiting clients";
  press("s");
  EXPECT_TRUE(first_is("medplum        app", "reports        reader")) << "by all clients";
}

TEST_F(Dashboard, HeldStillItShowsWhatWasAndThenWhatIs) {
  view_.take(sample_look());
  press("p");
  auto look = sample_look(1'000'001);
  look.databases[0].fenced = true;
  view_.take(look);
  EXPECT_THAT(shown(), HasSubstr("HELD STILL"));
  EXPECT_THAT(shown(), HasSubstr("no fence"));
  press("p");
  EXPECT_THAT(shown(), HasSubstr("blue is fenced"));
}

TEST_F(Dashboard, AFenceOnGreenIsShownAndShoutedWhereGreenServes) {
  auto look = sample_look();
  look.databases[0].green_fenced = true;
  view_.take(look);
  EXPECT_THAT(shown(), HasSubstr("blue serves   green is fenced"));
  EXPECT_THAT(shown(), Not(HasSubstr("since"))) << "no time is on record";
  look.databases[0].green_decided_at = 1'000'000;
  view_.take(look);
  EXPECT_THAT(shown(), HasSubstr("blue serves   green is fenced since"));
  for (auto& bouncer : look.bouncers) bouncer.serves = "green";
  view_.take(look);
  EXPECT_THAT(shown(), HasSubstr("green is fenced since")) << "one look may be torn by a run";
  view_.take(look);
  EXPECT_THAT(shown(), HasSubstr("green IS FENCED: writes fail, `cutover recover`"));
}

TEST_F(Dashboard, AServerOrAgentOutOfReachSaysSoInItsPlace) {
  auto look = sample_look();
  look.databases[0].green.error = "connection refused";
  look.bouncers[1].error = "its agent does not answer";
  view_.take(look);
  EXPECT_THAT(shown(), HasSubstr("connection refused"));
  EXPECT_THAT(shown(), HasSubstr("its agent does not answer"));
}

TEST_F(Dashboard, LooksThatStoppedComingAreNotTakenForNews) {
  view_.take(sample_look(1'000'008));
  EXPECT_THAT(shown(), Not(HasSubstr("LAST LOOK")));
  view_.take(sample_look(999'990));
  EXPECT_THAT(shown(), HasSubstr("LAST LOOK 20 s AGO"));
}

TEST_F(Dashboard, NoScreenIsTooSmallOrTooLarge) {
  view_.take(sample_look());
  for (std::size_t width : {0, 1, 7, 20, 80, 300})
    for (std::size_t height : {0, 1, 2, 5, 12, 24, 100}) {
      const auto frame = view_.frame({width, height}, Glyphs{}, 1'000'010);
      EXPECT_EQ(frame.size(), height);
      for (const auto& line : frame) EXPECT_LE(line.width(), width);
    }
}

}  // namespace
}  // namespace cutover::tests
