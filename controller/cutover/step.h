// A step of the plan is data: executor, dry run, docs, progress and tests all read the same list.
// Next: plan.cpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/cutover/fleet.h"
#include "controller/cutover/gate.h"

namespace cutover {

/// What the operator's configuration allows a run.
struct RunLimits {
  QuietLimits quiet;
  milliseconds quiet_timeout{60'000};
  milliseconds drain_timeout{2'000};
  milliseconds pause_budget{5'000};  ///< from the first PAUSE to the switch; past it: undo
  milliseconds lease{3'000};
  std::uint32_t attempts = 10;
  milliseconds backoff{1'000};  ///< doubles after each failed attempt, up to max_backoff
  milliseconds max_backoff{30'000};
  /// How long a switch that began is retried before the run gives up in doubt.
  milliseconds forward_patience{60'000};
  bool way_back = true;  ///< open reverse replication after the switch

  bool operator==(const RunLimits&) const = default;
};

/// What the steps of one run hand to each other. The executor owns it.
struct RunState {
  RunLimits limits;
  Claim claim;
  Mark mark;
  Lsn green_position;  ///< green's own insert position after the second gate, for the way back
  std::optional<TimePoint> clients_held_since;  ///< as the agents say; nothing: they have not said
  const bool* abort_wanted = nullptr;           ///< Ctrl-C; heeded until the point of no return

  bool is_abort_wanted() const { return abort_wanted != nullptr && *abort_wanted; }
};

/// When a step runs, and what its failure means.
enum class Stage {
  setup,    ///< once; a failure undoes the run
  attempt,  ///< again in every attempt; a failure undoes the attempt, then backs off
  forward,  ///< only forward: retried until done, as long as forward_patience lasts
  after,    ///< a few tries; a failure is reported and the rest goes on
};

struct Step {
  std::string name;
  std::string purpose;  ///< one sentence: log, dry run and docs show it
  Stage stage = Stage::attempt;
  milliseconds deadline{0};  ///< for one call of apply; 0: the step sets its own by `limits`
  /// Clients wait while it runs: leases are renewed, the pause budget counts.
  bool holds_clients = false;
  bool point_of_no_return = false;
  /// Undone for certain before anything above it is: clients wait for it.
  bool undo_must_hold = false;
  bool only_warns = false;  ///< stage `after`: a failure is told, not retried, and changes nothing

  /// Makes the effect hold. Idempotent.
  Task<Outcome> (*apply)(Actuator&, RunState&) = nullptr;
  /// Settles a doubt by looking: done: the effect holds; refused: it does not; in doubt: nobody
  /// knows.
  Task<Outcome> (*holds)(const Observer&, const RunState&) = nullptr;
  /// Takes the effect away. Idempotent, also right where apply never ran. Null from the point of no
  /// return on.
  Task<Outcome> (*undo)(Actuator&, RunState&) = nullptr;
};

/// How a run ended; exit codes and --json tell it (docs/commands.md).
enum class RunOutcome { done, refused, aborted, in_doubt, attention };

struct Plan {
  std::string name;
  std::vector<Step> steps;
  /// Run after an aborted run was undone, once; a failure is told and changes nothing.
  std::vector<Step> when_aborted = {};
  /// What a failed step of stage `after` makes of the run; the steps behind it still run.
  RunOutcome failure_at_the_end = RunOutcome::attention;
  /// A rehearsal: when every step is done the run turns round and undoes all of them; nothing
  /// moves.
  bool turns_back = false;
};

}  // namespace cutover
