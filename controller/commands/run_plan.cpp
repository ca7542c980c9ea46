#include "controller/commands/run_plan.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/any_io_executor.hpp>

#include "common/base/run_id.h"
#include "common/log/log.h"
#include "controller/commands/dead_run.h"
#include "controller/commands/interrupts.h"
#include "controller/commands/journaled.h"
#include "controller/commands/onlooker.h"
#include "controller/commands/phase_reporter.h"
#include "controller/commands/run_task.h"
#include "controller/commands/working_process.h"
#include "controller/cutover/execute.h"
#include "controller/cutover/plan.h"
#include "controller/journal/journal.h"
#include "controller/live/live_fleet.h"
#include "controller/metrics/step_gauges.h"
#include "controller/report/event_line.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

/// Until the first switch the run stops, after it it finishes.
constexpr const char* run_interrupted_text =
    "interrupted: undone where the switch has not begun, finished where it has";

struct RunTools {
  const CommandLine& line;
  const Config& config;
  const Plan& plan;
  Journal& journal;
  std::string run_id;
  Tell tell;
  Direction direction;
};

/// Tells the process that looks on.
class Teller : public Listener {
 public:
  explicit Teller(const Tell& tell) : tell_(tell) {}
  void on(const Event& event, const RunState&) override {
    tell_(to_event_line(with_short_details(event)));
  }

 private:
  const Tell& tell_;
};

Error all_in_one(const std::vector<Error>& errors) {
  Error all;
  for (const auto& error : errors) {
    all.what += (all.what.empty() ? "" : "\n") + error.what;
    if (!error.hint.empty() && all.hint.find(error.hint) == std::string::npos) {
      all.hint += (all.hint.empty() ? "" : "; ") + error.hint;
    }
  }
  return all;
}

Task<CommandResult> carry_out(asio::any_io_executor executor, RunTools& tools) {
  Interrupts interrupts(executor, run_interrupted_text);
  LiveFleet fleet(executor, tools.config, tools.run_id, tools.direction);
  const auto errors = co_await fleet.connect();
  if (!errors.empty()) co_return refusal(label_of(tools.line.command), all_in_one(errors));
  RunState state;
  state.limits = limits_of(tools.config);
  state.abort_wanted = interrupts.wanted();
  JournalListener journal(tools.journal, tools.run_id);
  StepGauges gauges;
  fleet.tell_with_phases([&gauges] { return gauges.gauges(); });
  PhaseReporter phases(executor, fleet);
  Teller teller(tools.tell);
  Listeners listeners{&journal, &gauges, &phases, &teller};
  if (tools.line.witness != nullptr) listeners.push_back(tools.line.witness);
  const auto report = co_await execute(fleet, tools.plan, state, listeners);
  co_await phases.finish();
  for (const auto& warning : report.warnings) {
    spdlog::warn("{}", to_text(Error{warning.detail, warning.hint}));
  }
  CommandResult result;
  result.command = label_of(tools.line.command);
  take_outcome_of(result, report);
  co_return result;
}

}  // namespace

RunLimits limits_of(const Config& config) {
  RunLimits limits;
  // What green takes longer for would not pass a gate in what the drain leaves of the budget.
  limits.quiet = {config.limits.lag_to_start_bytes, config.limits.quiet_transaction_age,
                  config.limits.pause_budget - config.limits.drain_timeout};
  limits.quiet_timeout = config.limits.quiet_timeout;
  limits.drain_timeout = config.limits.drain_timeout;
  limits.pause_budget = config.limits.pause_budget;
  limits.lease = config.limits.lease;
  limits.attempts = config.limits.attempts;
  limits.backoff = config.limits.backoff;
  limits.way_back = config.way_back;
  return limits;
}

namespace {

/// What the working process does.
CommandResult run_plan_here(const CommandLine& line, const Config& config, const Plan& plan,
                            const RunMatter& matter, const Tell& tell) {
  auto journal = Journal::open(config.state_dir);
  if (!journal) return refusal(label_of(line.command), journal.error());
  RunTools tools{line, config, plan, *journal, make_run_id(), tell, matter.direction};
  set_log_run(tools.run_id);
  const auto begun = journal->begin_run(tools.run_id, label_of(line.command));
  if (!begun) return refusal(label_of(line.command), begun.error());
  const auto noted = write_checks(*journal, tools.run_id, matter.checks);
  if (!noted) spdlog::warn("the journal cannot be written: {}", to_text(noted.error()));
  auto result = run_task<CommandResult>(
      [&](asio::any_io_executor executor) { return carry_out(executor, tools); });
  result.run_id = tools.run_id;
  end_in_journal(*journal, result);
  return result;
}

}  // namespace

CommandResult run_plan(const CommandLine& line, const Config& config, const Plan& plan,
                       const RunMatter& matter) {
  // This process is there to recover: an interrupt is for whoever acts.
  const HeldInterrupts held;
  Onlooker onlooker(line, config, plan, matter.checks);
  const auto end = run_in_working_process(
      [&](const Tell& tell) {
        return to_json_line(run_plan_here(line, config, plan, matter, tell));
      },
      onlooker.meanwhile());
  onlooker.leave();
  if (!end) return refusal(label_of(line.command), end.error());
  if (end->report) {
    auto result = from_json_line(*end->report);
    return result ? *result : result_of_dead_run(line, "left an unreadable report");
  }
  spdlog::error("the working process {}: recovering", end->how);
  return result_after_recovery(line, end->how, matter.direction, recover_here(line, config));
}

}  // namespace cutover
