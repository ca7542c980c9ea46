// One scenario: a plan executed on a fake fleet with a script of faults, and what must hold however
// it ends.
#pragma once

#include <string>
#include <vector>

#include "controller/cutover/execute.h"
#include "controller/cutover/plan.h"
#include "controller/cutover/recovery.h"
#include "tests/scenarios/fake_fleet.h"

namespace cutover::scenarios {

/// One attempt, short waits.
RunLimits one_attempt();

class Play {
 public:
  explicit Play(RunLimits limits = one_attempt(), int bouncers = 2);

  VirtualClock clock;
  FakeWorld world;
  Transcript transcript{clock};
  FakeFleet fleet{clock, world, transcript};
  RunState state;
  bool abort_wanted = false;
  RunReport report;

  void run(const Plan& plan);
  void run_cutover() { run(cutover_plan(state.limits)); }
  /// As after an earlier run in the other direction: its fence stands on green.
  void leave_an_old_fence() { world.has_old_fence = world.old_fence_is_up = true; }
  /// Wants the abort as soon as the first call of this site is made.
  void abort_at(const Site& site);

  /// The controller is killed so long after the first call of this site was made: at once is before
  /// its effect.
  void die_at(const Site& site, microseconds later = microseconds(0));
  /// What `cutover recover` does: takes over, looks, chooses a course, runs its plan.
  RecoveryCourse recover(RecoveryWish wish);

  bool ended(RunOutcome outcome) const { return report.outcome == outcome; }
  bool failed_in_undo_of(const std::string& step) const;

  /// What is wrong with how it ended, whatever the script was; empty: nothing.
  std::vector<std::string> broken_promises();

 private:
  Task<void> execute_to(RunReport& ended, const Plan& plan);
  Task<RecoveryDecision> take_over_and_choose(RecoveryWish wish);
  bool passed_the_point_of_no_return() const;
  void check_before_the_switch(std::vector<std::string>& broken);
  void check_after_the_switch(std::vector<std::string>& broken) const;
};

/// Every call that `plan` makes when nothing fails, in the order of the steps.
std::vector<Site> sites_of(const Plan& plan);
/// The plan's steps that hold clients before the switch.
bool is_held(const Plan& plan, const Site& site);
/// One attempt whose pause budget is never what ends it.
RunLimits patient();
/// Where clients wait, but for the pause itself.
std::vector<Site> held_sites();
Stage stage_of(const Plan& plan, const Site& site);
/// Every call that undoing all of the cutover's attempt and setup makes.
std::vector<Site> undo_sites();

}  // namespace cutover::scenarios
