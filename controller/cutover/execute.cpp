#include "controller/cutover/execute.h"

#include <algorithm>

#include "common/async/join.h"
#include "controller/cutover/lease_keeper.h"
#include "controller/cutover/limit.h"
#include "controller/cutover/perform.h"
#include "controller/cutover/steps_shared.h"

namespace cutover {
namespace {

constexpr milliseconds retry_pause(100);
constexpr int tries_at_the_end = 3;
constexpr int tries_to_undo = 3;
constexpr milliseconds undo_limit(5'000);
constexpr milliseconds hurried_undo_limit(1'000);
constexpr const char* clean_up_hint = "`cutover recover --no-dry-run` takes away what was left";

/// One run of one plan. Reads from run() downwards.
class Execution {
 public:
  Execution(Actuator& fleet, const Plan& plan, RunState& state, Listeners listeners)
      : fleet_(fleet), plan_(plan), state_(state), performer_(fleet, state, std::move(listeners)) {}

  Task<RunReport> run() {
    performer_.tell(RunBegan{plan_.name});
    const auto outcome = co_await run_stages();
    report().outcome = outcome;
    performer_.tell(RunEnded{outcome});
    co_return report();
  }

 private:
  Task<RunOutcome> run_stages() {
    const auto setup = co_await set_up();
    if (setup != RunOutcome::done) co_return setup;
    const auto moved = co_await attempt_until_moved();
    if (moved != RunOutcome::done || plan_.turns_back) co_return moved;
    const auto end = co_await finish();
    co_return end;
  }

  Task<RunOutcome> set_up() {
    for (const auto* step : steps_of(Stage::setup)) {
      const auto outcome = co_await apply_unless_interrupted(*step);
      if (outcome.is_done()) continue;
      report().cause = outcome;
      const bool overtaken = co_await was_overtaken();
      if (overtaken) co_return RunOutcome::in_doubt;
      // The very first step takes the claim: refused there, this run has touched nothing.
      const bool untouched = step == &plan_.steps.front() && outcome.is_refused();
      const auto undone = co_await undo(steps_of(Stage::setup), step);
      if (!undone.is_done()) co_return RunOutcome::in_doubt;
      if (untouched) co_return RunOutcome::refused;
      co_await end_aborted();
      co_return RunOutcome::aborted;
    }
    co_return RunOutcome::done;
  }

  Task<RunOutcome> attempt_until_moved() {
    auto backoff = state_.limits.backoff;
    for (std::uint32_t attempt = 1;; ++attempt) {
      report().attempts = attempt;
      const auto outcome = co_await run_attempt(attempt);
      if (outcome == RunOutcome::done && !plan_.turns_back) co_return RunOutcome::done;
      if (outcome == RunOutcome::done || outcome == RunOutcome::in_doubt) {
        co_return co_await end_before_the_switch(outcome);
      }
      const bool overtaken = co_await was_overtaken();
      if (overtaken) co_return end_overtaken(attempt);
      const bool is_last = attempt >= state_.limits.attempts || state_.is_abort_wanted();
      performer_.tell(AttemptFailed{attempt, report().cause, is_last ? milliseconds(0) : backoff});
      if (is_last) co_return co_await end_before_the_switch(RunOutcome::aborted);
      co_await wait_unless_aborted(backoff);
      backoff = std::min(backoff * 2, state_.limits.max_backoff);
    }
  }

  /// From the wait for a quiet moment to the switch; undone when it fails before the switch, or
  /// when the plan turns back.
  Task<RunOutcome> run_attempt(std::uint32_t attempt) {
    performer_.begin_attempt(attempt);
    left_behind_ = done();
    const auto steps = steps_of(Stage::attempt);
    const auto first_held = std::find_if(steps.begin(), steps.end(),
                                         [](const Step* step) { return step->holds_clients; });
    for (auto step = steps.begin(); step != first_held; ++step) {
      const auto outcome = co_await apply_unless_interrupted(**step);
      if (!outcome.is_done()) co_return co_await give_up(**step, outcome);
    }
    if (first_held == steps.end()) co_return co_await go_forward_from_what_was_found();
    const auto begun = fleet_.now();
    const auto paused = co_await apply_unless_interrupted(**first_held);
    if (!paused.is_done()) co_return co_await give_up(**first_held, paused);

    LeaseKeeper keeper;
    auto held = run_held({first_held + 1, steps.end()}, keeper);
    auto keeping = keeper.run(fleet_, state_.limits.lease, begun);
    const auto ended = co_await until(std::move(keeping), std::move(held));
    co_return ended.value();  // the keeper only ends by being cancelled
  }

  Task<Outcome> apply_unless_interrupted(const Step& step) {
    if (state_.is_abort_wanted()) co_return refused("interrupted by the operator");
    const auto outcome = co_await performer_.apply(step);
    co_return outcome;
  }

  /// What runs while clients wait and leases are kept. A lost lease ends the step under way too: a
  /// fence must be down again before that agent lets its clients through to blue.
  Task<RunOutcome> run_held(std::vector<const Step*> steps, const LeaseKeeper& keeper) {
    for (const auto* step : steps) {
      auto outcome = why_not_go_on(keeper);
      if (outcome.is_done()) outcome = co_await performer_.apply_under(keeper.lost, *step);
      if (!outcome.is_done()) co_return co_await give_up(*step, outcome);
    }
    const auto last = why_not_go_on(keeper);
    if (!last.is_done()) co_return co_await give_up(*steps_of(Stage::attempt).back(), last);
    if (plan_.turns_back) co_return co_await turn_back();
    co_return co_await go_forward();
  }

  Outcome why_not_go_on(const LeaseKeeper& keeper) const {
    if (!keeper.lost.is_done()) return refused(keeper.lost.detail, keeper.lost.hint);
    if (state_.is_abort_wanted()) return refused("interrupted by the operator");
    if (performer_.budget_left() <= milliseconds(0)) {
      return refused("the pause budget is used up", "limits.pause_budget");
    }
    return done();
  }

  Task<RunOutcome> turn_back() {
    const auto steps = steps_of(Stage::attempt);
    const auto undone = co_await undo(steps, steps.back());
    co_return undone.is_done() ? RunOutcome::done : RunOutcome::in_doubt;
  }

  Task<RunOutcome> give_up(const Step& failed, Outcome cause) {
    report().cause = cause;
    const auto undone = co_await undo(steps_of(Stage::attempt), &failed);
    if (undone.is_done()) co_return RunOutcome::aborted;
    report().cause = undone;
    co_return RunOutcome::in_doubt;
  }

  /// A recovery finds bouncers paused by a run that died: their leases are kept while it works, so
  /// that no client is let through to a fenced blue meanwhile.
  Task<RunOutcome> go_forward_from_what_was_found() {
    LeaseKeeper keeper;
    const auto due = fleet_.now() - state_.limits.lease;
    auto keeping = keeper.run(fleet_, state_.limits.lease, due);
    auto going = go_forward();
    const auto ended = co_await until(std::move(keeping), std::move(going));
    co_return ended.value();  // the keeper only ends by being cancelled
  }

  /// From here only forward: every step until it is done, or the patience is used up.
  Task<RunOutcome> go_forward() {
    for (const auto* step : steps_of(Stage::forward)) {
      const auto begun = fleet_.now();
      for (;;) {
        const auto outcome = co_await performer_.apply(*step);
        if (outcome.is_done()) break;
        report().cause = outcome;
        if (fleet_.now() - begun >= state_.limits.forward_patience) co_return RunOutcome::in_doubt;
        co_await fleet_.sleep(retry_pause);
      }
    }
    performer_.end_pause();
    co_return RunOutcome::done;
  }

  Task<RunOutcome> finish() {
    auto end = RunOutcome::done;
    for (const auto* step : steps_of(Stage::after)) {
      auto outcome = co_await performer_.apply(*step);
      const int limit = step->only_warns ? 1 : tries_at_the_end;
      for (int tries = 1; !outcome.is_done() && tries < limit; ++tries) {
        co_await fleet_.sleep(retry_pause);
        outcome = co_await performer_.apply(*step);
      }
      if (outcome.is_done()) continue;
      if (step->only_warns) {
        warn(*step, outcome);
        continue;
      }
      report().cause = outcome;
      end = plan_.failure_at_the_end;
    }
    co_return end;
  }

  /// A recovery or another run has raised the epoch on blue: nothing is ours to undo any more, and
  /// where clients are is theirs to say. Where blue does not answer nobody is known to have.
  Task<bool> was_overtaken() {
    if (state_.claim.epoch == 0) co_return false;
    auto look = contained(whose_epoch());
    const auto found = co_await limited(fleet_, undo_limit, std::move(look));
    if (!found || !found->is_refused()) co_return false;
    report().cause = *found;
    co_return true;
  }

  Task<Outcome> whose_epoch() {
    const auto record = co_await fleet_.run_record();
    if (!record || record->claim.epoch <= state_.claim.epoch) co_return done();
    co_return refused("the epoch belongs to " + record->claim.run_id +
                          " now: a recovery or another run took over",
                      "`cutover status` shows who acts and where clients are");
  }

  RunOutcome end_overtaken(std::uint32_t attempt) {
    performer_.tell(AttemptFailed{attempt, report().cause, milliseconds(0)});
    performer_.end_attempts();
    return RunOutcome::in_doubt;
  }

  Task<RunOutcome> end_before_the_switch(RunOutcome outcome) {
    performer_.end_attempts();
    if (outcome == RunOutcome::in_doubt) co_return outcome;
    const auto steps = steps_of(Stage::setup);
    if (!steps.empty()) {
      const auto undone = co_await undo(steps, steps.back());
      if (!undone.is_done()) co_return RunOutcome::in_doubt;
    }
    if (outcome == RunOutcome::aborted) co_await end_aborted();
    if (outcome == RunOutcome::done && !left_behind_.is_done()) {
      report().cause = left_behind_;
      co_return RunOutcome::in_doubt;
    }
    co_return outcome;
  }

  /// Clients are on blue, whatever happens here; what could not be undone is said with the cause.
  Task<void> end_aborted() {
    if (!left_behind_.is_done()) {
      auto& cause = report().cause;
      cause.detail += "; left behind: " + left_behind_.detail;
      cause.hint += std::string(cause.hint.empty() ? "" : "; ") + clean_up_hint;
    }
    for (const auto& step : plan_.when_aborted) {
      const auto outcome = co_await performer_.apply(step);
      if (!outcome.is_done()) warn(step, outcome);
    }
  }

  void warn(const Step& step, Outcome outcome) {
    outcome.detail = step.name + ": " + outcome.detail;
    report().warnings.push_back(std::move(outcome));
  }

  /// Undoes `last` and every step before it, in reverse. A step whose undo must hold before clients
  /// may go on stops it; any other is remembered, and hurried while clients wait for the resume.
  Task<Outcome> undo(std::vector<const Step*> steps, const Step* last) {
    const auto end = std::find(steps.begin(), steps.end(), last) + 1;
    for (auto step = std::make_reverse_iterator(end); step != steps.rend(); ++step) {
      const auto outcome = co_await undo(**step);
      if (!outcome.is_done() && (*step)->undo_must_hold) co_return outcome;
      if (!outcome.is_done()) left_behind_ = worse_of(left_behind_, outcome);
      performer_.end_pause_of(**step);
    }
    co_return done();
  }

  Task<Outcome> undo(const Step& step) {
    const bool is_hurried = performer_.only_delays_resume(step);
    const auto limit = is_hurried ? hurried_undo_limit : undo_limit;
    auto outcome = co_await performer_.undo(step, limit);
    for (int tries = 1; !outcome.is_done() && !is_hurried && tries < tries_to_undo; ++tries) {
      co_await fleet_.sleep(retry_pause);
      outcome = co_await performer_.undo(step, limit);
    }
    co_return outcome;
  }

  Task<void> wait_unless_aborted(milliseconds duration) {
    const auto begun = fleet_.now();
    while (fleet_.now() - begun < duration && !state_.is_abort_wanted()) {
      co_await fleet_.sleep(milliseconds(20));
    }
  }

  std::vector<const Step*> steps_of(Stage stage) const {
    std::vector<const Step*> found;
    for (const auto& step : plan_.steps) {
      if (step.stage == stage) found.push_back(&step);
    }
    return found;
  }

  RunReport& report() { return performer_.report(); }

  Actuator& fleet_;
  const Plan& plan_;
  RunState& state_;
  Performer performer_;
  Outcome left_behind_ = done();  ///< an undo that failed without keeping clients from going on
};

}  // namespace

Task<RunReport> execute(Actuator& fleet, const Plan& plan, RunState& state, Listeners listeners) {
  Execution execution(fleet, plan, state, std::move(listeners));
  auto report = co_await execution.run();
  co_return report;
}

}  // namespace cutover
