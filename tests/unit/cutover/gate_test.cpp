// The gate and the quiet moment fail closed: by enumeration, each unknown alone closes them.
#include "controller/cutover/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace cutover {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const Mark two{{{"app", "one", Lsn{100}, "m1"}, {"app", "two", Lsn{200}, "m2"}}};

std::vector<SubscriptionSight> all_well() {
  return {{"app", "one", Lsn{100}, true, true}, {"app", "two", Lsn{200}, true, true}};
}

using Spoil = std::function<void(SubscriptionSight&)>;
const std::pair<const char*, Spoil> spoils[] = {
    {"position unknown", [](auto& sight) { sight.replayed.reset(); }},
    {"position one byte behind", [](auto& sight) { sight.replayed->value -= 1; }},
    {"marker unknown", [](auto& sight) { sight.marker_visible.reset(); }},
    {"marker not there", [](auto& sight) { sight.marker_visible = false; }},
    {"skip unknown", [](auto& sight) { sight.skips_nothing.reset(); }},
    {"skips", [](auto& sight) { sight.skips_nothing = false; }},
    {"another subscription", [](auto& sight) { sight.subscription = "three"; }},
    {"another database", [](auto& sight) { sight.database = "other"; }},
};

TEST(Gate, OpensWhenEverythingIsKnownAndReached) {
  const auto verdict = judge_gate(two, all_well());
  EXPECT_TRUE(verdict.open);
  EXPECT_THAT(verdict.why_not, IsEmpty());
}

TEST(Gate, EachThingWrongOrUnknownAloneClosesIt) {
  for (std::size_t i = 0; i < two.subscriptions.size(); ++i) {
    for (const auto& [what, spoil] : spoils) {
      auto sights = all_well();
      spoil(sights[i]);
      const auto verdict = judge_gate(two, sights);
      EXPECT_FALSE(verdict.open) << what;
      EXPECT_THAT(verdict.why_not, HasSubstr(two.subscriptions[i].subscription)) << what;
    }
  }
}

TEST(Gate, EveryPairOfThingsWrongClosesIt) {
  for (const auto& [one, spoil_one] : spoils) {
    for (const auto& [other, spoil_other] : spoils) {
      auto sights = all_well();
      spoil_one(sights[0]);
      spoil_other(sights[1]);
      EXPECT_FALSE(judge_gate(two, sights).open) << one << ", " << other;
    }
  }
}

TEST(Gate, ASubscriptionThatWasNotSeenClosesIt) {
  for (std::size_t i = 0; i < two.subscriptions.size(); ++i) {
    auto sights = all_well();
    sights.erase(sights.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(judge_gate(two, sights).open);
  }
  EXPECT_FALSE(judge_gate(two, {}).open);
}

TEST(Gate, AMarkThatAsksNothingNeverOpens) {
  EXPECT_FALSE(judge_gate(Mark{}, all_well()).open);
  EXPECT_FALSE(judge_gate(Mark{}, {}).open);
}

TEST(Gate, BeyondTheMarkIsReached) {
  auto sights = all_well();
  sights[0].replayed = Lsn{1'000'000};
  EXPECT_TRUE(judge_gate(two, sights).open);
}

const QuietLimits limits{100, milliseconds(50), milliseconds(70)};

TrafficSight quiet() {
  TrafficSight sight;
  sight.lag_bytes = 10;
  sight.apply_latency = milliseconds(7);
  sight.oldest_transaction = milliseconds(5);
  sight.vacuums = 0;
  sight.prepared_transactions = 0;
  return sight;
}

using Disturb = std::function<void(TrafficSight&)>;
const std::pair<const char*, Disturb> disturbances[] = {
    {"lag unknown", [](auto& sight) { sight.lag_bytes.reset(); }},
    {"lag", [](auto& sight) { sight.lag_bytes = 101; }},
    {"latency unknown", [](auto& sight) { sight.apply_latency.reset(); }},
    {"latency", [](auto& sight) { sight.apply_latency = milliseconds(71); }},
    {"transactions unknown", [](auto& sight) { sight.oldest_transaction.reset(); }},
    {"old transaction", [](auto& sight) { sight.oldest_transaction = milliseconds(51); }},
    {"vacuums unknown", [](auto& sight) { sight.vacuums.reset(); }},
    {"vacuum", [](auto& sight) { sight.vacuums = 1; }},
    {"prepared unknown", [](auto& sight) { sight.prepared_transactions.reset(); }},
    {"prepared", [](auto& sight) { sight.prepared_transactions = 1; }},
};

TEST(QuietMoment, IsOneWhereNothingStandsAgainstIt) {
  EXPECT_THAT(what_is_not_quiet(quiet(), limits), IsEmpty());
}

TEST(QuietMoment, TheLimitItselfIsStillQuiet) {
  auto sight = quiet();
  sight.lag_bytes = 100;
  sight.apply_latency = milliseconds(70);
  sight.oldest_transaction = milliseconds(50);
  EXPECT_THAT(what_is_not_quiet(sight, limits), IsEmpty());
}

TEST(QuietMoment, EachNoiseOrUnknownAloneIsEnough) {
  for (const auto& [what, disturb] : disturbances) {
    auto sight = quiet();
    disturb(sight);
    EXPECT_FALSE(what_is_not_quiet(sight, limits).empty()) << what;
  }
  EXPECT_FALSE(what_is_not_quiet(TrafficSight{}, limits).empty());
}

/// A rollback tells the same texts, and there the colours are exchanged.
TEST(QuietMoment, WhatIsSaidOfGateAndNoiseNamesNoColour) {
  const auto no_colour = testing::Not(testing::AnyOf(HasSubstr("blue"), HasSubstr("green")));
  for (const auto& [what, disturb] : disturbances) {
    auto sight = quiet();
    disturb(sight);
    EXPECT_THAT(what_is_not_quiet(sight, limits), no_colour) << what;
  }
  for (const auto& [what, spoil] : spoils) {
    auto sights = all_well();
    spoil(sights[0]);
    EXPECT_THAT(judge_gate(two, sights).why_not, no_colour) << what;
  }
}

}  // namespace
}  // namespace cutover
