#include "tests/scenarios/play.h"

#include <algorithm>
#include <memory>

namespace cutover::scenarios {

RunLimits one_attempt() {
  RunLimits limits;
  limits.attempts = 1;
  limits.quiet_timeout = milliseconds(1'000);
  return limits;
}

Play::Play(RunLimits limits, int bouncers) : world(bouncers) {
  state.limits = limits;
  state.abort_wanted = &abort_wanted;
}

void Play::run(const Plan& plan) {
  report = clock.run(execute(fleet, plan, state, {&fleet, &transcript}));
}

void Play::abort_at(const Site& site) {
  fleet.on_call = [this, site](const Site& called) {
    abort_wanted = abort_wanted || called == site;
  };
}

void Play::die_at(const Site& site, microseconds later) {
  const auto is_over = std::make_shared<bool>(false);
  const auto plan = cutover_plan(state.limits);
  fleet.on_call = [this, site, later, is_over](const Site& called) {
    if (called != site) return;
    clock.after(later, [this, is_over] {
      if (!*is_over) clock.kill(fleet.process);
      *is_over = true;
    });
  };
  clock.spawn(execute_to(report, plan), [is_over](std::exception_ptr) { *is_over = true; });
  clock.run_until([is_over] { return *is_over; }, std::chrono::hours(1));
  transcript.add("the controller is dead");
  fleet.on_call = [](const Site&) {};
  world.locks = world.advisory_lock = false;  // its sessions are gone
}

Task<void> Play::execute_to(RunReport& ended, const Plan& plan) {
  auto run = execute(fleet, plan, state, {&fleet, &transcript});
  ended = co_await std::move(run);
}

Task<RecoveryDecision> Play::take_over_and_choose(RecoveryWish wish) {
  const auto claim = co_await fleet.take_over_blue();
  state.claim = *claim;
  co_await fleet.take_over_bouncers();
  const auto record = co_await fleet.run_record();
  const auto sights = co_await fleet.look_at_bouncers();
  const auto old_fence = co_await fleet.old_fence_stands();
  co_return choose_course(*record, sights, old_fence, wish);
}

RecoveryCourse Play::recover(RecoveryWish wish) {
  const auto decision = clock.run(take_over_and_choose(wish));
  transcript.add("recovery: " + decision.why);
  if (decision.course == RecoveryCourse::back) run(recovery_back_plan(state.limits));
  if (decision.course == RecoveryCourse::forward) run(recovery_forward_plan(state.limits));
  if (decision.course == RecoveryCourse::nothing && world.everyone_on(true))
    run(completion_plan(state.limits));
  return decision.course;
}

bool Play::failed_in_undo_of(const std::string& step) const {
  return transcript.text().find("undo " + step + ": ") != std::string::npos &&
         transcript.text().find("undo " + step + ": done") == std::string::npos;
}

std::vector<std::string> Play::broken_promises() {
  std::vector<std::string> broken = world.wrongs;
  if (passed_the_point_of_no_return()) {
    check_after_the_switch(broken);
  } else {
    check_before_the_switch(broken);
  }
  clock.pass(state.limits.lease + std::chrono::seconds(1));
  world.settle_at(clock.now());
  if (world.anyone_paused()) broken.push_back("a pause outlived its lease");
  if (world.locks) broken.push_back("locks outlived their lease");
  return broken;
}

bool Play::passed_the_point_of_no_return() const {
  return std::any_of(fleet.sites.begin(), fleet.sites.end(), [this](const Site& site) {
    return stage_of(cutover_plan(state.limits), site) == Stage::forward;
  });
}

void Play::check_before_the_switch(std::vector<std::string>& broken) {
  const auto is = [&](RunOutcome outcome) { return report.outcome == outcome; };
  if (!world.everyone_on(false))
    broken.push_back("nobody sent a switch, yet a bouncer is on green");
  if (is(RunOutcome::in_doubt)) {
    if (!failed_in_undo_of("decide")) broken.push_back("in doubt, though no decision was in doubt");
    return;
  }
  if (!is(RunOutcome::aborted) && !is(RunOutcome::refused))
    broken.push_back("it claims to be done");
  if (world.record.fenced || world.record.decided) broken.push_back("the fence was left up");
  if (world.sessions_under_fence) broken.push_back("read-only sessions were left");
  if (world.old_fence_is_up != world.has_old_fence) broken.push_back("green's old fence is down");
}

void Play::check_after_the_switch(std::vector<std::string>& broken) const {
  if (!world.record.decided || !world.record.fenced) broken.push_back("switched without a fence");
  if (report.outcome == RunOutcome::in_doubt) return;
  if (report.outcome != RunOutcome::done && report.outcome != RunOutcome::attention) {
    broken.push_back("it turned back after the point of no return");
  }
  if (!world.everyone_on(true)) broken.push_back("it is over, but not everyone is on green");
  if (world.anyone_paused()) broken.push_back("it is over, but clients still wait");
  if (world.old_fence_is_up) broken.push_back("it is over, but green is fenced");
  if (report.outcome == RunOutcome::done && !world.way_back_is_open)
    broken.push_back("it is done, but the way back is not open");
}

std::vector<Site> sites_of(const Plan& plan) {
  Play play;
  play.run(plan);
  std::vector<Site> sites;
  for (const auto& site : play.fleet.sites) {
    if (!site.is_undo) sites.push_back(site);
  }
  return sites;
}

Stage stage_of(const Plan& plan, const Site& site) {
  const auto step = std::find_if(plan.steps.begin(), plan.steps.end(),
                                 [&](const Step& one) { return one.name == site.step; });
  return step == plan.steps.end() ? Stage::after : step->stage;
}

bool is_held(const Plan& plan, const Site& site) {
  const auto step = std::find_if(plan.steps.begin(), plan.steps.end(),
                                 [&](const Step& one) { return one.name == site.step; });
  return step != plan.steps.end() && step->holds_clients && step->stage == Stage::attempt;
}

RunLimits patient() {
  RunLimits limits = one_attempt();
  limits.pause_budget = std::chrono::seconds(60);
  return limits;
}

std::vector<Site> held_sites() {
  const auto plan = cutover_plan(patient());
  std::vector<Site> held;
  for (const auto& site : sites_of(plan)) {
    if (is_held(plan, site) && site.step != "pause") held.push_back(site);
  }
  return held;
}

std::vector<Site> undo_sites() {
  Play play;
  play.fleet.faults = {{{"last look", false, "servers_are_the_same"}, Way::refused}};
  play.run_cutover();
  std::vector<Site> sites;
  for (const auto& site : play.fleet.sites) {
    const bool is_whose_epoch = site.call == "run_record";  // looked at after the last undo
    if (site.is_undo && !is_whose_epoch) sites.push_back(site);
  }
  return sites;
}

}  // namespace cutover::scenarios
