#include "controller/report/explain.h"

#include <gtest/gtest.h>

#include "controller/cutover/plan.h"

namespace cutover {
namespace {

std::size_t position(const std::string& text, const std::string& part) {
  const auto found = text.find(part);
  EXPECT_NE(found, std::string::npos) << part << "\nin\n" << text;
  return found;
}

TEST(Explain, FailuresComeLastWithTheirHints) {
  const auto text = explain_checks(
      {{"slot", {CheckOutcome::fail, "slot cutover is not active", "subscribe first"}},
       {"versions", {CheckOutcome::pass, "17 after 13"}}});
  EXPECT_LT(position(text, "versions"), position(text, "slot cutover is not active"));
  EXPECT_LT(position(text, "slot cutover is not active"), position(text, "hint: subscribe first"));
}

TEST(Explain, SaysWhereClientsWaitAndWhereThereIsNoWayBack) {
  const auto text = explain_steps(cutover_plan(RunLimits{}));
  EXPECT_LT(position(text, "\n  wait "), position(text, "clients wait from here"));
  EXPECT_LT(position(text, "clients wait from here"), position(text, "\n  pause "));
  EXPECT_LT(position(text, "no way back from here"), position(text, "\n  switch "));
  EXPECT_LT(position(text, "clients go on"), position(text, "\n  prove "));
}

TEST(Explain, ARehearsalSaysThatItTurnsBack) {
  const auto text = explain_steps(rehearsal_plan(RunLimits{}));
  EXPECT_EQ(text.find("no way back"), std::string::npos);
  position(text, "every step is undone");
}

TEST(Explain, TheExpectedPauseGrowsWithTheSlowestRoundTrip) {
  using std::chrono::microseconds;
  const auto near =
      explain_pause({{"bouncer a", microseconds(200), true}, {"blue", microseconds(100), false}});
  const auto far = explain_pause(
      {{"bouncer a", microseconds(200), true}, {"blue", microseconds(20'000), false}});
  EXPECT_NE(near.substr(near.find("expected")), far.substr(far.find("expected")));
  position(far, "20.0 ms");
}

TEST(Explain, TheExpectedPauseIsABoundFromBelowAndSaysWhatIsNotInIt) {
  using std::chrono::microseconds;
  const auto text =
      explain_pause({{"bouncer a", microseconds(1000), true}, {"blue", microseconds(1000), false}});
  position(text, "expected pause: more than 13.0 ms");
  position(text, "tables and sequences");
  position(text, "cutover rehearse");
  EXPECT_EQ(text.find("about"), std::string::npos) << text;
}

TEST(Explain, APauseOfWhichNothingWasMeasuredIsNotGuessed) {
  using std::chrono::microseconds;
  const RoundTrip agent{"bouncer a", microseconds(200), true};
  const RoundTrip server{"blue", microseconds(100), false};
  for (const auto& measured : std::vector<std::vector<RoundTrip>>{{}, {agent}, {server}}) {
    const auto text = explain_pause(measured);
    position(text, "expected pause: cannot be told");
    EXPECT_EQ(text.find("about"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace cutover
