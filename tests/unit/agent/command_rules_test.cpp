// The rules are complete, and say what the protocol needs.
#include "agent/command_rules.h"

#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

using C = Command;
using P = Phase;
using S = Standing;

template <class Visit>
void for_each_combination(Visit visit) {
  for (int c = 0; c < command_count; ++c)
    for (int p = 0; p < phase_count; ++p)
      for (int s = 0; s < standing_count; ++s)
        visit(static_cast<C>(c), static_cast<P>(p), static_cast<S>(s));
}

bool is_reading(C command) {
  return command == C::inspect || command == C::preview || command == C::probe ||
         command == C::ping;
}

bool is_claim(C command) {
  return command == C::claim_run || command == C::claim_recovery;
}

bool is_allowed(C command, P phase, S standing) {
  return rule_for(command, phase, standing).act != Act::refuse;
}

TEST(CommandRules, EveryCombinationIsInExactlyOneRule) {
  for_each_combination([](C command, P phase, S standing) {
    int matches = 0;
    for (const Rule& rule : rules())
      if (rule.covers(command, phase, standing)) ++matches;
    EXPECT_EQ(matches, 1) << name_of(command) << " in " << name_of(phase) << " standing "
                          << static_cast<int>(standing);
  });
}

TEST(CommandRules, EveryRuleIsNeededByACombination) {
  for (const Rule& rule : rules()) {
    bool used = false;
    for_each_combination([&](C command, P phase, S standing) {
      used = used || &rule_for(command, phase, standing) == &rule;
    });
    EXPECT_TRUE(used) << rule.what;
  }
}

TEST(CommandRules, EveryRefusalSaysWhyAndWhatToDo) {
  for (const Rule& rule : rules()) {
    EXPECT_EQ(rule.act == Act::refuse, !std::string(rule.what).empty());
    EXPECT_EQ(rule.act == Act::refuse, !std::string(rule.hint).empty());
  }
}

TEST(CommandRules, ReadingIsAlwaysAllowedAndChangesNothing) {
  for_each_combination([](C command, P phase, S standing) {
    if (!is_reading(command)) return;
    const Rule& rule = rule_for(command, phase, standing);
    EXPECT_EQ(rule.act, Act::read);
    EXPECT_EQ(rule.phase_after(phase), phase);
  });
}

TEST(CommandRules, AnOlderEpochMayNeverAct) {
  for_each_combination([](C command, P phase, S standing) {
    if (is_reading(command)) return;
    if (standing == S::stale || standing == S::usurper) {
      EXPECT_FALSE(is_allowed(command, phase, standing)) << name_of(command);
    }
  });
}

TEST(CommandRules, WhoHasNotClaimedMayOnlyClaim) {
  for_each_combination([](C command, P phase, S standing) {
    if (standing != S::newer || is_reading(command) || is_claim(command)) return;
    EXPECT_FALSE(is_allowed(command, phase, standing)) << name_of(command);
  });
}

TEST(CommandRules, NothingLeadsFromAnIntentBackToTheOldRoute) {
  for_each_combination([](C command, P phase, S standing) {
    if (phase != P::switching) return;
    const P after = rule_for(command, phase, standing).phase_after(phase);
    EXPECT_TRUE(has_intent(after)) << name_of(command);
  });
}

TEST(CommandRules, OnlySwitchMakesAnIntent) {
  for_each_combination([](C command, P phase, S standing) {
    const P after = rule_for(command, phase, standing).phase_after(phase);
    if (has_intent(after) && !has_intent(phase)) {
      EXPECT_EQ(command, C::switch_route);
      EXPECT_EQ(standing, S::owner);
    }
  });
}

TEST(CommandRules, OnlyPauseLeadsToPaused) {
  for_each_combination([](C command, P phase, S standing) {
    const P after = rule_for(command, phase, standing).phase_after(phase);
    if (after == P::paused && phase != P::paused) {
      EXPECT_EQ(command, C::pause);
    }
  });
}

TEST(CommandRules, ARunMayNotTakeAnotherClaimsPauseOrIntentButARecoveryMay) {
  for (const P phase : {P::paused, P::switching}) {
    EXPECT_FALSE(is_allowed(C::claim_run, phase, S::newer));
    EXPECT_TRUE(is_allowed(C::claim_recovery, phase, S::newer));
    EXPECT_EQ(rule_for(C::claim_recovery, phase, S::newer).phase_after(phase), phase);
  }
}

TEST(CommandRules, ARecoveryFindsAnAgentThatLostItsStateReadyToBeArmed) {
  EXPECT_EQ(rule_for(C::claim_recovery, P::idle, S::newer).phase_after(P::idle), P::claimed);
}

TEST(CommandRules, ARepeatedClaimChangesNothing) {
  for (int p = 1; p < phase_count; ++p) {
    const P phase = static_cast<P>(p);
    EXPECT_EQ(rule_for(C::claim_run, phase, S::owner).act, Act::nothing) << name_of(phase);
    EXPECT_EQ(rule_for(C::claim_run, phase, S::owner).phase_after(phase), phase);
  }
}

TEST(CommandRules, ResumeIsDoneWhereNothingIsPausedAndRefusedOverAnIntent) {
  for (const P phase : {P::idle, P::claimed, P::armed, P::paused})
    EXPECT_TRUE(is_allowed(C::resume, phase, S::owner)) << name_of(phase);
  EXPECT_FALSE(is_allowed(C::resume, P::switching, S::owner));
  EXPECT_FALSE(is_allowed(C::resume, P::switched, S::owner));
}

TEST(CommandRules, SwitchGoesForwardAlsoWhereTheLeaseRanOut) {
  for (const P phase : {P::armed, P::paused, P::switching, P::switched})
    EXPECT_EQ(rule_for(C::switch_route, phase, S::owner).phase_after(phase), P::switched);
  EXPECT_FALSE(is_allowed(C::switch_route, P::claimed, S::owner));
}

TEST(CommandRules, RevertEndsAFulfilledClaimAndIsRefusedBeforeThat) {
  EXPECT_FALSE(is_allowed(C::revert, P::switching, S::owner));
  EXPECT_EQ(rule_for(C::revert, P::switched, S::owner).phase_after(P::switched), P::idle);
}

TEST(Standing, AMissingEpochOrRunIsStale) {
  EXPECT_EQ(standing_of({"", 0}, {}), S::stale);
  EXPECT_EQ(standing_of({"a", 0}, {}), S::stale);
  EXPECT_EQ(standing_of({"", 1}, {}), S::stale);
}

TEST(Standing, ComparesEpochFirstThenRun) {
  const Claim seen{"a", 5};
  EXPECT_EQ(standing_of({"a", 4}, seen), S::stale);
  EXPECT_EQ(standing_of({"a", 5}, seen), S::owner);
  EXPECT_EQ(standing_of({"b", 5}, seen), S::usurper);
  EXPECT_EQ(standing_of({"b", 6}, seen), S::newer);
  EXPECT_EQ(standing_of({"a", 1}, {}), S::newer);
}

}  // namespace
}  // namespace cutover::agent
