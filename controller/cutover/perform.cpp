#include "controller/cutover/perform.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/async/join.h"
#include "controller/cutover/limit.h"

namespace cutover {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr milliseconds look_limit(2'000);
constexpr milliseconds loss_look_interval(10);

bool is_lost(const Outcome* lease) {
  return lease && !lease->is_done();
}

}  // namespace

Performer::Performer(Actuator& fleet, RunState& state, Listeners listeners)
    : fleet_(fleet), state_(state), listeners_(std::move(listeners)) {}

void Performer::tell(const Event& event) const {
  for (auto* listener : listeners_) listener->on(event, state_);
}

void Performer::begin_attempt(std::uint32_t attempt) {
  attempt_ = attempt;
  tell(AttemptBegan{attempt});
}

Task<Outcome> Performer::apply(const Step& step) {
  const auto outcome = co_await perform(step, nullptr);
  co_return outcome;
}

Task<Outcome> Performer::apply_under(const Outcome& lease, const Step& step) {
  const auto outcome = co_await perform(step, &lease);
  co_return outcome;
}

Task<Outcome> Performer::perform(const Step& step, const Outcome* lease) {
  tell(StepBegan{step.name});
  begin_pause(step);
  const auto begun = fleet_.now();
  auto outcome = co_await apply_within_limit(step, lease);
  if (outcome.is_in_doubt() && !is_lost(lease)) outcome = co_await settle(step, outcome, lease);
  const auto took = duration_cast<microseconds>(fleet_.now() - begun);
  report_.steps.push_back({step.name, attempt_, outcome, took});
  tell(StepEnded{step.name, false, outcome, took});
  co_return outcome;
}

Task<Outcome> Performer::apply_within_limit(const Step& step, const Outcome* lease) {
  const auto limit = limit_of(step);
  auto task = contained(step.apply(fleet_, state_));
  auto end = until_limit_or_loss(limit, lease);
  const auto outcome = co_await until(std::move(end), std::move(task));
  if (outcome) co_return *outcome;
  if (is_lost(lease)) co_return in_doubt(lease->detail, lease->hint);
  co_return in_doubt(
      fmt::format("no answer within {} ms", duration_cast<milliseconds>(limit).count()));
}

Task<void> Performer::until_limit_or_loss(microseconds limit, const Outcome* lease) const {
  const auto end = fleet_.now() + limit;
  const auto slice = lease ? microseconds(loss_look_interval) : limit;
  for (auto left = limit; left.count() > 0 && !is_lost(lease);
       left = duration_cast<microseconds>(end - fleet_.now())) {
    co_await fleet_.sleep(std::min(slice, left));
  }
}

Task<Outcome> Performer::settle(const Step& step, Outcome doubt, const Outcome* lease) {
  auto look = contained(step.holds(fleet_, state_));
  auto end = until_limit_or_loss(look_limit, lease);
  const auto seen = co_await until(std::move(end), std::move(look));
  if (!seen || seen->is_in_doubt()) co_return doubt;
  if (seen->is_done()) co_return *seen;
  co_return refused(doubt.detail + ", and it does not hold: " + seen->detail,
                    doubt.hint.empty() ? seen->hint : doubt.hint);
}

Task<Outcome> Performer::undo(const Step& step, milliseconds limit) {
  tell(StepBegan{step.name, /*is_undo=*/true});
  const auto begun = fleet_.now();
  auto task = contained(step.undo(fleet_, state_));
  const auto answer = co_await limited(fleet_, limit, std::move(task));
  const auto outcome = answer.value_or(in_doubt("no answer within the limit"));
  const auto took = duration_cast<microseconds>(fleet_.now() - begun);
  if (outcome.is_done()) {
    const auto last =
        std::find_if(report_.steps.rbegin(), report_.steps.rend(),
                     [&](const StepReport& report) { return report.name == step.name; });
    if (last != report_.steps.rend()) last->undone = true;
  }
  tell(StepEnded{step.name, /*is_undo=*/true, outcome, took});
  co_return outcome;
}

void Performer::begin_pause(const Step& step) {
  if (!step.holds_clients || pause_began_) return;
  pause_began_ = fleet_.now();
  state_.clients_held_since.reset();
  pausing_step_ = &step;
  tell(PauseBegan{});
}

void Performer::end_pause() {
  if (!pause_began_) return;
  const auto since = std::max(*pause_began_, state_.clients_held_since.value_or(*pause_began_));
  const auto held = duration_cast<microseconds>(fleet_.now() - since);
  pause_began_.reset();
  pausing_step_ = nullptr;
  report_.pause = held;
  tell(PauseEnded{held});
}

void Performer::end_pause_of(const Step& step) {
  if (&step == pausing_step_) end_pause();
}

bool Performer::only_delays_resume(const Step& step) const {
  return pause_began_ && &step != pausing_step_ && !step.undo_must_hold;
}

std::chrono::microseconds Performer::budget_left() const {
  const microseconds budget = state_.limits.pause_budget;
  if (!pause_began_) return budget;
  return budget - duration_cast<microseconds>(fleet_.now() - *pause_began_);
}

std::chrono::microseconds Performer::limit_of(const Step& step) const {
  const bool counts = step.holds_clients && step.stage == Stage::attempt;
  return counts ? std::min<microseconds>(step.deadline, budget_left())
                : microseconds(step.deadline);
}

}  // namespace cutover
