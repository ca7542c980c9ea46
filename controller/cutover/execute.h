// Runs a plan: the only place that holds an Actuator, compensates, retries and settles doubts.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "controller/cutover/events.h"
#include "controller/cutover/step.h"

namespace cutover {

struct StepReport {
  std::string name;
  std::uint32_t attempt = 0;  ///< 0 outside attempts
  Outcome outcome;
  std::chrono::microseconds took{0};
  bool undone = false;
};

struct RunReport {
  RunOutcome outcome = RunOutcome::done;
  std::uint32_t attempts = 0;
  /// From the first PAUSE sent to the last RESUME answered, of the last attempt; none when nothing
  /// was paused.
  std::optional<std::chrono::microseconds> pause;
  std::vector<StepReport> steps;
  Outcome cause;                  ///< why it is not done
  std::vector<Outcome> warnings;  ///< failures that change nothing of the outcome
};

/// Runs `plan` to its end on `fleet`. Before the point of no return a failure is undone, the
/// attempt's steps are tried again up to the limits; after it the plan only goes forward. Never
/// throws for what the fleet does.
Task<RunReport> execute(Actuator& fleet, const Plan& plan, RunState& state, Listeners listeners);

/// 0 done · 1 refused · 3 aborted · 4 in doubt · 5 attention.
int exit_code_of(RunOutcome outcome);
/// "done", "refused" … as in --json.
const char* name_of(RunOutcome outcome);

}  // namespace cutover
