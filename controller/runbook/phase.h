// A phase of the runbook is two lists: checks, which only look, and steps, which are idempotent and
// can be looked at before they are taken. Next: phase_wishes.h, prepare.h, seed.h, subscribe.h,
// finish.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/outcome.h"
#include "controller/config/config.h"
#include "controller/runbook/phase_wishes.h"
#include "controller/servers/server_session.h"

namespace cutover {

enum class PhaseEventKind {
  step_began,
  step_ended,
  step_held,  ///< nothing was to be done
  value,      ///< for the runbook's table of values: `name` is the row, `detail` the value
  progress,   ///< of the step under way, for people
};

struct PhaseEvent {
  PhaseEventKind kind = PhaseEventKind::progress;
  std::string database;
  std::string name = {};
  Outcome outcome = {};
  std::string detail = {};
  std::chrono::milliseconds took{0};
};

struct PhaseOptions {
  std::string run_id = "runbook";
  std::uint64_t lag_to_start_bytes = 1024 * 1024;
  std::chrono::milliseconds look_interval{200};
  std::chrono::hours patience{72};               ///< for the initial copy
  std::filesystem::path directory = "/var/tmp";  ///< for what a phase must put on disk
  PhaseWishes wishes = {};
  std::function<void(const PhaseEvent&)> observe = {};  ///< journal and screen
};

/// What checks and looks get: both servers in sessions that the servers keep read-only.
struct PhaseSight {
  PhaseSight(const DatabaseConfig& database, PhaseOptions phase_options);

  DatabaseConfig database;
  PhaseOptions options;
  mutable ServerSession blue;
  mutable ServerSession green;
};

/// What steps get.
struct PhaseServers {
  PhaseServers(const DatabaseConfig& database, PhaseOptions phase_options);
  void tell_progress(std::string detail) const;
  /// For the runbook's table of values.
  void tell_value(std::string name, std::string value) const;

  DatabaseConfig database;
  PhaseOptions options;
  ServerSession blue;
  ServerSession green;
};

/// What a look at a step found; nothing was changed.
struct Standing {
  bool holds = false;
  std::string detail = {};  ///< what holds, or what would be done
};
Standing holds(std::string detail = {});
Standing due(std::string detail = {});

struct PhaseCheck {
  std::string name;
  std::string purpose;
  Task<Outcome> (*look)(const PhaseSight&) = nullptr;
};

struct PhaseStep {
  std::string name;
  std::string purpose;  ///< one sentence: dry run, log and docs show it
  /// An error where it cannot be told; it must not mind that earlier steps were not taken. Null:
  /// the step is always taken.
  Task<Result<Standing>> (*look)(const PhaseSight&) = nullptr;
  /// Idempotent.
  Task<Outcome> (*apply)(PhaseServers&) = nullptr;
};

struct PhaseReport {
  std::string name;
  Outcome outcome;
  std::chrono::milliseconds took{0};
  bool held = false;  ///< of a step: it held already and was not taken
};

/// All of them, in order.
Task<std::vector<PhaseReport>> run_phase_checks(std::vector<PhaseCheck> checks,
                                                const PhaseSight& sight);

struct StepSight {
  std::string name;
  std::string purpose;
  Result<Standing> standing;
};
/// The dry run: what each step would do.
Task<std::vector<StepSight>> look_at_phase_steps(std::vector<PhaseStep> steps,
                                                 const PhaseSight& sight);

/// Each is looked at and, where it does not hold, taken; up to the first that is not done.
Task<std::vector<PhaseReport>> run_phase_steps(std::vector<PhaseStep> steps, PhaseServers& servers);

/// A lost connection leaves the effect of a statement in doubt.
Outcome outcome_of_failure(const postgres::Failure& failure, const std::string& hint = {});

}  // namespace cutover
