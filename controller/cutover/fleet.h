// Blue, green and every bouncer, seen as one. Power is a type: an Observer only looks, an Actuator
// also acts. The plan, the executor, the dry run and recovery know the world through these two
// alone; next: step.h, plan.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/base/lsn.h"
#include "common/base/outcome.h"
#include "common/base/result.h"

namespace cutover {

using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

/// Who acts: blue and every agent refuse a command whose epoch is older than the newest they have
/// seen.
struct Claim {
  std::string run_id;
  std::uint64_t epoch = 0;  ///< from 1; 0: nothing claimed

  bool operator==(const Claim&) const = default;
};

/// What the row of `cutover.run` for blue says (decisions are taken in the first database of the
/// configuration).
struct RunRecord {
  Claim claim;
  bool decided = false;  ///< the decision exists and was not undone
  bool fenced = false;   ///< the fence is up in at least one database
};

/// What one agent says of its host, or that it could not be asked.
struct BouncerSight {
  std::string bouncer;
  std::optional<Error> unreachable;  ///< set: nothing below is known
  Claim claim;                       ///< of the newest claim this agent knows
  bool armed = false;
  bool paused = false;
  bool drained = false;
  bool intent = false;    ///< a promise to switch is on disk: only forward from here
  bool switched = false;  ///< the promise is kept: every process serves the new route
  bool all_blue = false;  ///< every moved entry points at its old route
  /// Every moved entry points at its new route, and no server of the old one is left.
  bool all_green = false;
  milliseconds lease_left{0};
  std::uint32_t lease_expiries = 0;  ///< during this claim
  std::uint32_t clients_waiting = 0;
};

/// One outcome per agent, so that a partial effect is visible to the plan.
struct BouncerOutcome {
  std::string bouncer;
  Outcome outcome;
  /// How long its clients had been held when it answered that they are: from the first PAUSE on.
  std::chrono::microseconds held_for{0};
};
using FleetOutcome = std::vector<BouncerOutcome>;

/// The worst of them, with the bouncers' names in its detail: refused beats done, in doubt beats
/// both.
Outcome combined(const FleetOutcome& outcomes);

/// What green must have applied: per database a position, per subscription a marker that no earlier
/// call used.
struct Mark {
  struct Subscription {
    std::string database;
    std::string subscription;
    Lsn position;        ///< blue's insert position, read before the marker was committed
    std::string marker;  ///< the token of its marker row
  };
  std::vector<Subscription> subscriptions;
};

/// What is known of one subscription at the gate; what could not be found out is absent.
struct SubscriptionSight {
  std::string database;
  std::string subscription;
  /// replay_lsn of the walsender that serves the slot, by the slot's active_pid
  std::optional<Lsn> replayed;
  std::optional<bool> marker_visible;  ///< this mark's row is visible on green
  std::optional<bool> skips_nothing;   ///< subskiplsn is 0/0, or the version has none
};

/// What decides whether now is a quiet moment; absent: could not be found out.
struct TrafficSight {
  std::optional<std::uint64_t> lag_bytes;          ///< of the slowest subscription
  std::optional<milliseconds> apply_latency;       ///< likewise; 0: nothing is under way
  std::optional<milliseconds> oldest_transaction;  ///< on blue, of clients; 0: none open
  std::string oldest_transaction_by;               ///< user, address, pid; for the message
  /// Running on published tables, autovacuum left out (it yields).
  std::optional<std::uint32_t> vacuums;
  std::optional<std::uint32_t> prepared_transactions;
};

/// Looks, and changes nothing. Every method takes as long as it takes: the executor puts limits
/// around them.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual TimePoint now() const = 0;
  virtual Task<void> sleep(std::chrono::microseconds duration) const = 0;

  virtual Task<Result<RunRecord>> run_record() const = 0;
  virtual Task<std::vector<BouncerSight>> look_at_bouncers() const = 0;
  virtual Task<Result<TrafficSight>> look_at_traffic() const = 0;

  /// One look, no waiting.
  virtual Task<Result<std::vector<SubscriptionSight>>> look_at_gate(const Mark& mark) const = 0;

  /// Refused unless blue's schema is what the checks saw and every published table is subscribed
  /// and in state `r`.
  virtual Task<Outcome> schema_holds() const = 0;
  /// Refused unless system identifier, timeline and slots of both sides are what the claim saw.
  virtual Task<Outcome> servers_are_the_same() const = 0;
  /// Done while the deciding session holds the locks on every published table.
  virtual Task<Outcome> writers_are_held() const = 0;
  /// Done while every published table of blue has its fence trigger.
  virtual Task<Outcome> triggers_hold() const = 0;
  /// Done when the fence is up and no session from before it is left, nor one logging in, nor a
  /// prepared transaction.
  virtual Task<Outcome> seal_holds() const = 0;
  /// Green answers to each bouncer host's own credentials, asked without touching the real
  /// PgBouncer.
  virtual Task<FleetOutcome> green_is_reachable() const = 0;
  /// The server that answers through each bouncer is green.
  virtual Task<FleetOutcome> green_answers() const = 0;

  /// Done while publication and slot of the way back exist on green and its subscription on blue,
  /// enabled or not; also where no way back is wanted.
  virtual Task<Outcome> way_back_is_armed() const = 0;
  /// Done when blue follows green and green no longer follows blue.
  virtual Task<Outcome> way_back_is_open() const = 0;
  /// Done when the second gate of this decision was passed and green was told to follow blue no
  /// more: no mark can reach it again.
  virtual Task<Outcome> green_has_left() const = 0;
  /// Done where no fence of an earlier run stands on green.
  virtual Task<Outcome> old_fence_is_down() const = 0;
  /// Done while nobody has taken down the fence that an earlier run left on green, and no run older
  /// than the claim in blue's row still can; also where none stood. For recovery.
  virtual Task<Outcome> old_fence_stands() const = 0;
};

enum class Hook { before_pause, after_decision, after_resume, on_abort };

/// Acts. Every action is idempotent; a lost reply is `in_doubt` and settled by looking.
class Actuator : public Observer {
 public:
  /// Takes blue: this run's id and the next epoch in `cutover.run`, and the session advisory lock.
  /// Refused while another run holds the lock or left a decision or a fence behind.
  virtual Task<Result<Claim>> claim_blue() = 0;
  /// Recovery's first act: raises the epoch whatever the row says, ending a session that blocks it.
  virtual Task<Result<Claim>> take_over_blue() = 0;
  virtual Task<FleetOutcome> claim_bouncers() = 0;
  virtual Task<FleetOutcome> take_over_bouncers() = 0;
  /// Ends the claim on blue (the advisory lock); the epoch stays. Writes nothing: after the switch
  /// nothing published may be written on blue.
  virtual Task<Outcome> release_blue() = 0;

  virtual Task<FleetOutcome> arm_bouncers() = 0;
  /// Drops what arm staged; ends the agents' claims.
  virtual Task<FleetOutcome> revert_bouncers() = 0;
  virtual Task<Outcome> install_triggers() = 0;
  virtual Task<Outcome> remove_triggers() = 0;

  /// Brings green's sequences to blue's, only those that differ, never against their direction.
  virtual Task<Outcome> sync_sequences() = 0;
  /// Every session on blue and green that the pause will use answers, or was opened again; while
  /// none of them holds a lock or a transaction.
  virtual Task<Outcome> freshen_sessions() = 0;

  virtual Task<FleetOutcome> pause_bouncers(milliseconds drain_timeout, milliseconds lease) = 0;
  virtual Task<FleetOutcome> renew_leases(milliseconds lease) = 0;
  virtual Task<FleetOutcome> resume_bouncers() = 0;

  /// Locks every published table against writers in the deciding session of each database; triggers
  /// that arm could not install go in here. The server itself lets go after `lease`.
  virtual Task<Outcome> hold_writers(milliseconds lease) = 0;
  virtual Task<Outcome> release_writers() = 0;

  /// Reads blue's insert position, then commits one marker row per subscription.
  virtual Task<Result<Mark>> set_mark() = 0;

  /// The commit that puts up the fence. From a session that holds the locks (a run) or without them
  /// (recovery does not decide).
  virtual Task<Outcome> decide() = 0;
  /// Takes the fence down and restores the setting where the epoch is still ours, then ends
  /// sessions born under the fence.
  virtual Task<Outcome> undo_decision() = 0;
  /// Ends every client session that may have begun before the fence, waits until they are gone.
  virtual Task<Outcome> seal() = 0;

  /// A synchronous write on green that makes everything applied durable and records green's
  /// position for the way back, once for each decision.
  virtual Task<Result<Lsn>> make_green_durable() = 0;

  /// Publication and slot on green, disabled subscription on blue; what an earlier run left of them
  /// is made anew. Refused while the way back is in use.
  virtual Task<Outcome> arm_way_back() = 0;
  virtual Task<Outcome> disarm_way_back() = 0;
  /// After the switch: green stops following blue, blue follows green from the position that the
  /// second gate recorded, and the old slot goes. `mark`: of the second gate, where known.
  virtual Task<Outcome> open_way_back(const Mark& mark) = 0;

  /// The fence that an earlier run in the other direction left on green: down, with the end of
  /// every session born under it. Nothing puts it up again: writers past the bouncers write there.
  virtual Task<Outcome> take_down_old_fence() = 0;

  virtual Task<FleetOutcome> switch_bouncers() = 0;

  virtual Task<Outcome> run_hook(Hook hook) = 0;
  /// For the agents' metrics; best effort.
  virtual Task<void> report_phase(std::string phase) = 0;
};

}  // namespace cutover
