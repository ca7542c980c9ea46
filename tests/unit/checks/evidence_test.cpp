// How what was seen becomes one finding.
#include "controller/checks/evidence.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cutover {
namespace {

TEST(Evidence, NothingSeenIsAPassWithoutHint) {
  const Finding found = Evidence().finding("none", "do something");
  EXPECT_EQ(found.outcome, CheckOutcome::pass);
  EXPECT_EQ(found.detail, "none");
  EXPECT_EQ(found.hint, "");
}

TEST(Evidence, TheWorstOutcomeCountsAndIsToldFirst) {
  Evidence evidence;
  evidence.note("fine", "a");
  evidence.warn("odd", "b");
  evidence.fail("bad", "c");
  evidence.fail("bad", "d");
  const Finding found = evidence.finding("none", "mend it");
  EXPECT_EQ(found.outcome, CheckOutcome::fail);
  EXPECT_EQ(found.detail, "bad: c, d; odd: b; fine: a");
  EXPECT_EQ(found.hint, "mend it");
}

TEST(Evidence, NotesBelongToAPass) {
  Evidence evidence;
  evidence.note("17.10 after 13.23");
  const Finding found = evidence.finding("", "mend it");
  EXPECT_EQ(found.outcome, CheckOutcome::pass);
  EXPECT_EQ(found.detail, "17.10 after 13.23");
}

TEST(Evidence, TheSameObjectIsNamedOnce) {
  Evidence evidence;
  evidence.fail("bad", "a");
  evidence.fail("bad", "a");
  EXPECT_EQ(evidence.finding("", "").detail, "bad: a");
}

TEST(Evidence, WhatCannotBeFoundOutFailsWithItsOwnHint) {
  Evidence evidence;
  evidence.unknown({"green: connection refused", "start it"});
  const Finding found = evidence.finding("none", "create a primary key");
  EXPECT_EQ(found.outcome, CheckOutcome::fail);
  EXPECT_EQ(found.detail, "cannot be found out: green: connection refused");
  EXPECT_EQ(found.hint, "start it");
}

TEST(Evidence, WhatCannotBeFoundOutIsNeverWithoutAHint) {
  Evidence evidence;
  evidence.unknown({"blue: permission denied for table job"});
  const Finding found = evidence.finding("none", "create a primary key");
  EXPECT_NE(found.hint, "");
  EXPECT_EQ(found.hint.find("primary key"), std::string::npos) << found.hint;
}

TEST(Evidence, AHintOfTheServersOwnIsPreferred) {
  const Error without_hint{"blue: permission denied for table job"};
  const Error with_hint{"green: connection refused", "start it"};
  for (const auto& [first, second] :
       {std::pair(without_hint, with_hint), std::pair(with_hint, without_hint)}) {
    Evidence evidence;
    evidence.unknown(first);
    evidence.unknown(second);
    EXPECT_EQ(evidence.finding("none", "").hint, "start it");
  }
}

TEST(Evidence, BothHintsAreGivenWhenBothApply) {
  Evidence evidence;
  evidence.unknown({"green: gone", "start it"});
  evidence.fail("bad", "a");
  EXPECT_EQ(evidence.finding("", "mend it").hint, "mend it; start it");
}

TEST(NameSome, FiveAreNamedAndTheRestCounted) {
  EXPECT_EQ(name_some({}), "");
  EXPECT_EQ(name_some({"a", "b", "c", "d", "e"}), "a, b, c, d, e");
  EXPECT_EQ(name_some({"a", "b", "c", "d", "e", "f", "g"}), "a, b, c, d, e and 2 more");
}

TEST(OutcomeNamed, KnowsTheThreeThatSqlMaySay) {
  EXPECT_EQ(outcome_named("fail"), CheckOutcome::fail);
  EXPECT_EQ(outcome_named("warn"), CheckOutcome::warn);
  EXPECT_EQ(outcome_named("pass"), CheckOutcome::pass);
  EXPECT_THROW(outcome_named("FAIL"), std::logic_error);
}

TEST(CountOf, OneIsSingular) {
  EXPECT_EQ(count_of(1, "table"), "1 table");
  EXPECT_EQ(count_of(2, "table"), "2 tables");
  EXPECT_EQ(count_of(0, "agent answers", "agents answer"), "0 agents answer");
}

}  // namespace
}  // namespace cutover
