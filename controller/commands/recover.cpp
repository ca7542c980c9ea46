// Recovery: take over, look, choose, go. The choice is controller/cutover/recovery.h, the ways are
// plans.
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "common/base/run_id.h"
#include "common/log/log.h"
#include "controller/commands/interrupts.h"
#include "controller/commands/journaled.h"
#include "controller/commands/run_plan.h"
#include "controller/commands/run_task.h"
#include "controller/commands/screen.h"
#include "controller/cutover/plan.h"
#include "controller/cutover/recovery.h"
#include "controller/journal/journal.h"
#include "controller/live/last_direction.h"
#include "controller/live/live_fleet.h"
#include "controller/metrics/step_gauges.h"
#include "controller/report/progress.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

constexpr int tries_to_take_over = 20;
constexpr const char* recovery_interrupted_text =
    "interrupted: recovery ends where it has not taken over yet, and goes to its end where it has";

CommandResult recovery_result(RunOutcome outcome) {
  CommandResult result;
  result.command = label_of(CommandName::recover);
  result.dry_run = false;
  result.outcome = name_of(outcome);
  result.exit_code = exit_code_of(outcome);
  return result;
}

CommandResult in_doubt_because(const Error& error) {
  auto result = recovery_result(RunOutcome::in_doubt);
  result.error = error;
  return result;
}

enum class Clients { moved, stay };

/// `moved`: to the side that the run went for.
boost::json::value serving(Direction direction, Clients clients, const std::string& why) {
  const bool moved = clients == Clients::moved;
  const char* side = configured_colour(direction, moved ? "green" : "blue");
  return {{"serves", side}, {"moved", moved}, {"why", why}};
}

struct Recovery {
  const CommandLine& line;
  const Config& config;
  Journal* journal;  ///< null: it could not be opened, recovery goes on without
  std::string run_id;
  Direction direction = Direction::forward;  ///< of the run that is recovered
};

/// Raises the epoch on blue: nothing else may act after this. An epoch of 0: blue was never
/// claimed, there is nothing to take over.
Task<Result<Claim>> take_over(LiveFleet& fleet, const bool* interrupted) {
  Result<Claim> claim = Error{"it was not tried"};
  for (int tries = 0; tries < tries_to_take_over && !claim && !*interrupted; ++tries) {
    if (tries > 0) co_await fleet.sleep(milliseconds(250));
    const auto errors = co_await fleet.connect_for_recovery();
    if (!errors.empty()) {
      claim = errors.front();
      continue;
    }
    const auto record = co_await fleet.run_record();
    if (record && record->claim.epoch == 0) co_return Claim{};
    const auto taken = co_await fleet.take_over_blue();
    claim = taken;
  }
  co_return claim;
}

/// Steps and outcome are told to the agents at the end: what they know is of the run that died.
Task<RunReport> follow(LiveFleet& fleet, Recovery& recovery, Claim claim, const Plan& plan) {
  RunState state;
  state.limits = limits_of(recovery.config);
  state.claim = std::move(claim);
  StepGauges gauges;
  fleet.tell_with_phases([&gauges] { return gauges.gauges(); });
  Listeners listeners{&gauges};
  Progress progress(Screen(recovery.line).file(), {.color = recovery.line.color});
  if (!recovery.line.json && recovery.line.verbosity >= 0) listeners.push_back(&progress);
  std::optional<JournalListener> journal;
  if (recovery.journal != nullptr) {
    journal.emplace(*recovery.journal, recovery.run_id);
    listeners.push_back(&*journal);
  }
  const auto report = co_await execute(fleet, plan, state, listeners);
  co_await fleet.report_phase(idle_phase);
  fleet.tell_with_phases({});
  co_return report;
}

Plan protocol_plan_for(RecoveryCourse course, bool is_on_green, const RunLimits& limits) {
  if (course == RecoveryCourse::forward) return recovery_forward_plan(limits);
  // Green serves already: what may be missing is the way back.
  if (course == RecoveryCourse::nothing && is_on_green) return completion_plan(limits);
  return recovery_back_plan(limits);
}

Plan plan_for(RecoveryCourse course, bool is_on_green, const Recovery& recovery) {
  auto plan = protocol_plan_for(course, is_on_green, limits_of(recovery.config));
  if (recovery.direction == Direction::forward) return plan;
  auto name = plan.name;
  return exchanged(std::move(plan), std::move(name));
}

/// With looks taken now.
Task<RecoveryDecision> choose(LiveFleet& fleet, const Recovery& recovery, RunRecord record) {
  const auto sights = co_await fleet.look_at_bouncers();
  const auto old_fence = co_await fleet.old_fence_stands();
  auto decision = choose_course(record, sights, old_fence, recovery.line.recovery_wish);
  decision.why = in_colours(recovery.direction, decision.why);
  decision.hint = in_colours(recovery.direction, decision.hint);
  co_return decision;
}

Task<void> find_direction(Recovery& recovery) {
  const auto last = co_await look_for_last_run(recovery.config);
  recovery.direction = last.direction;
}

/// The dry run: what recovery would do now, with nothing raised.
Task<CommandResult> foresee(asio::any_io_executor executor, Recovery& recovery) {
  co_await find_direction(recovery);
  LiveFleet fleet(executor, recovery.config, recovery.run_id, recovery.direction);
  const auto errors = co_await fleet.connect_for_recovery();
  if (!errors.empty()) co_return in_doubt_because(errors.front());
  co_await fleet.learn_for_recovery();
  const auto record = co_await fleet.run_record();
  if (!record) co_return in_doubt_because(record.error());
  const auto decision = co_await choose(fleet, recovery, *record);
  Screen(recovery.line)
      .print(fmt::format("recover: would go {}: {}\n", name_of(decision.course), decision.why));
  auto result = recovery_result(decision.course == RecoveryCourse::refused ? RunOutcome::refused
                                                                           : RunOutcome::done);
  if (decision.course == RecoveryCourse::refused) result.error = Error{decision.why, decision.hint};
  result.data = {{"course", name_of(decision.course)}, {"why", decision.why}};
  co_return result;
}

Task<CommandResult> carry_out(asio::any_io_executor executor, Recovery& recovery) {
  const Interrupts interrupts(executor, recovery_interrupted_text);
  co_await find_direction(recovery);
  LiveFleet fleet(executor, recovery.config, recovery.run_id, recovery.direction);
  const auto claim = co_await take_over(fleet, interrupts.wanted());
  if (!claim)
    co_return in_doubt_because(within_context("blue cannot be taken over", claim.error()));
  if (claim->epoch == 0) {
    auto result = recovery_result(RunOutcome::done);
    result.data = serving(recovery.direction, Clients::stay, "no run has ever claimed what serves");
    Screen(recovery.line).print("recover: nothing to do, no run has ever claimed blue\n");
    co_return result;
  }
  co_await fleet.take_over_bouncers();
  co_await fleet.learn_for_recovery();
  const auto record = co_await fleet.run_record();
  if (!record) co_return in_doubt_because(record.error());
  const auto decision = co_await choose(fleet, recovery, *record);
  Screen(recovery.line).print("recover: " + decision.why + "\n");
  if (decision.course == RecoveryCourse::refused) {
    co_await fleet.report_phase(idle_phase);
    auto result = recovery_result(RunOutcome::refused);
    result.error = Error{decision.why, decision.hint};
    co_return result;
  }
  const bool forward = decision.course == RecoveryCourse::forward;
  const bool is_on_green = forward || record->decided;
  const auto plan = plan_for(decision.course, is_on_green, recovery);
  auto result = recovery_result(RunOutcome::done);
  const auto report = co_await follow(fleet, recovery, *claim, plan);
  take_outcome_of(result, report);
  const bool moved = is_on_green && decision.course != RecoveryCourse::back;
  result.data = serving(recovery.direction, moved ? Clients::moved : Clients::stay, decision.why);
  co_return result;
}

}  // namespace

CommandResult recover_here(const CommandLine& line, const Config& config) {
  auto journal = Journal::open(config.state_dir);
  Recovery recovery{line, config, journal ? &*journal : nullptr, make_run_id()};
  set_log_run(recovery.run_id);
  const auto begun = journal ? journal->begin_run(recovery.run_id, label_of(CommandName::recover))
                             : Result<void>(journal.error());
  if (!begun) {
    recovery.journal = nullptr;
    log_warning("recovery goes on without a journal", {{"why", to_text(begun.error())}});
  }
  auto result = run_task<CommandResult>(
      [&](asio::any_io_executor executor) { return carry_out(executor, recovery); });
  result.run_id = recovery.run_id;
  if (recovery.journal != nullptr) end_in_journal(*recovery.journal, result);
  return result;
}

CommandResult foresee_recovery(const CommandLine& line, const Config& config) {
  Recovery recovery{line, config, nullptr, make_run_id()};
  return run_task<CommandResult>(
      [&](asio::any_io_executor executor) { return foresee(executor, recovery); });
}

}  // namespace cutover
