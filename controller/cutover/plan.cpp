// THE protocol, read from top to bottom. What each step does is in steps_*.cpp; who runs them is
// execute.cpp; why they are in this order is docs/protocol.md, and the model in tests/model says
// what happens with one left out.
#include "controller/cutover/plan.h"

#include "controller/cutover/direction.h"
#include "controller/cutover/steps.h"

namespace cutover {
namespace {

using std::chrono::seconds;

constexpr milliseconds setup_deadline = seconds(60);
constexpr milliseconds command_deadline = seconds(5);

Step step(const char* name, const char* purpose, Stage stage, const steps::Parts& parts) {
  Step made;
  made.name = name;
  made.purpose = purpose;
  made.stage = stage;
  made.deadline = command_deadline;
  made.apply = parts.apply;
  made.holds = parts.holds;
  made.undo = parts.undo;
  return made;
}

Step lasting(milliseconds deadline, Step made) {
  made.deadline = deadline;
  return made;
}

Step while_clients_wait(Step made) {
  made.holds_clients = true;
  return made;
}

Step undone_for_certain(Step made) {
  made.undo_must_hold = true;
  return made;
}

Step only_warning(Step made) {
  made.only_warns = true;
  return made;
}

Step only_forward_from(Step made) {
  made.point_of_no_return = true;
  return made;
}

Step open_way_back(const steps::Parts& parts) {
  return lasting(setup_deadline,
                 step("way back", "let blue follow green from where the second gate left it",
                      Stage::after, parts));
}

void leave_out_what_is_not_wanted(Plan& plan, const RunLimits& limits) {
  if (limits.way_back) return;
  std::erase_if(plan.steps, [](const Step& step) { return step.name == "way back"; });
}

std::vector<Step> up_to_the_first_gate(const RunLimits& limits) {
  using enum Stage;
  return {
      lasting(setup_deadline,
              step("claim",
                   "take the next epoch on blue and on every agent, so that no older run can act",
                   setup, steps::claim)),
      lasting(
          setup_deadline,
          step("arm",
               "stage every new ini text, reach green from every bouncer host, install the fence "
               "triggers, prepare the way back, bring sequences close",
               setup, steps::arm)),
      lasting(setup_deadline, step("hook before pause", "run the configured before_pause command",
                                   setup, steps::before_pause_hook)),
      lasting(limits.quiet_timeout + seconds(1),
              step("wait",
                   "wait for a quiet moment: little lag, no long transaction, no vacuum; see that "
                   "the schema is what it was",
                   attempt, steps::quiet_moment)),
      while_clients_wait(lasting(
          limits.drain_timeout + command_deadline,
          step("pause", "pause every bouncer at once and wait until no server connection is left",
               attempt, steps::pause))),
      while_clients_wait(step("hold", "lock every published table on blue against writers", attempt,
                              steps::hold_writers)),
      while_clients_wait(step("mark",
                              "read blue's WAL position, then commit one marker per subscription",
                              attempt, steps::mark)),
      while_clients_wait(step("first gate",
                              "wait until green has applied the mark and shows every marker",
                              attempt, steps::first_gate)),
  };
}

std::vector<Step> from_decision_to_proof(const RunLimits& limits) {
  using enum Stage;
  return {
      undone_for_certain(while_clients_wait(
          step("decide", "put up the fence on blue in one commit, under the locks", attempt,
               steps::decide))),
      while_clients_wait(step("seal",
                              "end every session on blue that may have begun before the fence",
                              attempt, steps::seal)),
      while_clients_wait(
          lasting(limits.pause_budget,
                  step("hook after decision", "run the configured after_decision command", attempt,
                       steps::after_decision_hook))),
      while_clients_wait(
          step("second gate",
               "mark and gate again on a sealed blue, see that its schema is still what "
               "it was, then make green durable",
               attempt, steps::second_gate)),
      while_clients_wait(step("last look",
                              "see that blue and green are still the servers they were, and that "
                              "every bouncer is still paused",
                              attempt, steps::last_look)),
      only_forward_from(while_clients_wait(
          step("old fence",
               "take down the fence that an earlier run left on green, end what was born under it; "
               "from here only forward",
               forward, steps::old_fence))),
      while_clients_wait(step("switch", "promise, rename, reload, resume on every bouncer at once",
                              forward, steps::switch_over)),
      step("prove", "ask through every bouncer which server answers: green", after, steps::prove),
      open_way_back(steps::way_back),
      only_warning(lasting(setup_deadline,
                           step("hook after resume", "run the configured after_resume command",
                                after, steps::after_resume_hook))),
      step("release", "end the claim on blue and on every agent", after, steps::release),
  };
}

std::vector<Step> after_an_abort() {
  return {only_warning(
      lasting(setup_deadline, step("hook on abort", "run the configured on_abort command",
                                   Stage::after, steps::on_abort_hook)))};
}

}  // namespace

Plan cutover_plan(const RunLimits& limits) {
  Plan plan{"cutover", up_to_the_first_gate(limits)};
  for (auto& step : from_decision_to_proof(limits)) plan.steps.push_back(std::move(step));
  plan.when_aborted = after_an_abort();
  leave_out_what_is_not_wanted(plan, limits);
  return plan;
}

Plan rollback_plan(const RunLimits& limits) {
  return exchanged(cutover_plan(limits), "rollback");
}

Plan rehearsal_plan(const RunLimits& limits) {
  Plan plan{"rehearse", up_to_the_first_gate(limits)};
  plan.turns_back = true;
  plan.when_aborted = after_an_abort();
  return plan;
}

Plan recovery_back_plan(const RunLimits&) {
  using enum Stage;
  Plan plan{"recover back",
            {
                step("undo decision", "take down the fence on blue and end sessions born under it",
                     forward, steps::undo_decision),
                step("resume", "resume every bouncer on blue", after, steps::resume),
                step("disarm", "drop staged ini texts, the fence triggers and the way back", after,
                     steps::disarm),
                step("release", "end the claim on blue and on every agent", after, steps::release),
            }};
  plan.failure_at_the_end = RunOutcome::in_doubt;
  return plan;
}

Plan recovery_forward_plan(const RunLimits& limits) {
  using enum Stage;
  Plan plan{"recover forward",
            {
                step("arm again", "stage the new ini text where an agent has lost it", forward,
                     steps::arm_again),
                step("seal", "end every session on blue that may have begun before the fence",
                     forward, steps::seal),
                step("second gate", "mark and gate on a sealed blue, then make green durable",
                     forward, steps::second_gate_again),
                only_forward_from(step("old fence",
                                       "take down the fence that an earlier run left on green",
                                       forward, steps::old_fence)),
                step("switch", "promise, rename, reload, resume on every bouncer", forward,
                     steps::switch_over),
                step("prove", "ask through every bouncer which server answers: green", after,
                     steps::prove),
                open_way_back(steps::way_back_if_armed),
                step("release", "end the claim on blue and on every agent", after, steps::release),
            }};
  leave_out_what_is_not_wanted(plan, limits);
  return plan;
}

Plan completion_plan(const RunLimits& limits) {
  Plan plan{
      "complete",
      {open_way_back(steps::way_back_if_armed),
       step("release", "end the claim on blue and on every agent", Stage::after, steps::release)}};
  leave_out_what_is_not_wanted(plan, limits);
  return plan;
}

Plan exchanged(Plan plan, std::string name) {
  plan.name = std::move(name);
  for (auto& step : plan.steps) step.purpose = with_colours_exchanged(step.purpose);
  return plan;
}

}  // namespace cutover
