// Blue, green and the replication between them, as far as the protocol depends on them: blue's row,
// locks, fence and sessions, a log of commits, and green's position in it.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "controller/cutover/fleet.h"
#include "tests/simulation/world.h"

namespace cutover::simulation {

/// A server connection on blue.
struct Session {
  enum class State { none, logging_in, open };
  State state = State::none;
  bool born_under_fence = false;  ///< read its settings while the fence was up: read-only for life
  bool in_transaction = false;
  bool has_written = false;
  std::uint32_t generation = 0;  ///< whoever holds an older one talks to a session that is gone
};

using Answer = std::function<void(Outcome)>;

/// One message that asks to undo the decision, from which of the controller's sessions.
struct Undo {
  std::uint64_t session = 0;  ///< the deciding one, which it ends too
  std::uint64_t number = 0;   ///< in the order they were sent
  Claim claim = {};
};

/// One message that records green's position for the way back, in a session of its own.
struct PositionWrite {
  std::uint64_t number = 0;    ///< in the order they were sent
  std::uint64_t decision = 0;  ///< the token of the decision that its sender carries out
  Claim claim = {};
};

class Servers {
 public:
  explicit Servers(World& world) : old_fence(world.settings.is_second_run), world_(world) {}

  RunRecord record;
  std::uint64_t decision = 0;  ///< the token in the record; 0: none is in force
  bool flush_due = false;      ///< sessions born under the fence may be left
  bool green_has_written = false;
  bool old_fence;  ///< of an earlier run, on green
  std::uint64_t epoch_on_green = 0;
  bool has_triggers = false;  ///< of the fence, on blue's tables
  bool way_back_is_armed = false;
  bool way_back_is_open = false;
  std::vector<Session*> sessions;  ///< of every client, bouncers' and others
  std::function<bool()> somebody_is_on_green = [] { return false; };

  // What clients do.
  bool is_blocked() const { return deciding_session_ != 0 || lock_is_awaited_; }
  bool lets_write(const Session& session);
  void commit_on_blue(Session& session);
  void commit_on_green();
  void end(Session& session);

  // What controllers do. `session` is the deciding session of one of them.
  RunRecord seen_record() const;
  Result<Claim> claim(const std::string& run_id);
  Result<Claim> take_over(const std::string& run_id);
  void hold(std::uint64_t session, milliseconds lease, Answer answer);
  void release(std::uint64_t session);
  bool holds(std::uint64_t session) const { return deciding_session_ == session; }
  Outcome decide(std::uint64_t session, const Claim& claim, std::uint64_t token);
  std::uint64_t fresh_token() { return ++tokens_; }
  /// An undo first ends the sessions of those sent before it, which then arrive at nobody.
  void undo_decision(const Undo& undo, Answer answer);
  std::uint64_t next_undo() { return ++undos_sent_; }
  Outcome remove_triggers(const Claim& claim);
  /// Since the checks; of DDL that was committed on blue, green has nothing.
  bool schema_holds() const;
  void seal(Answer answer);
  bool is_sealed() const;
  Mark set_mark();
  Outcome arm_way_back(const Claim& claim);
  Outcome disarm_way_back(const Claim& claim);
  Outcome open_way_back();
  Outcome green_has_left() const;
  /// A write first ends the sessions of those sent before it, which then arrive at nobody.
  Outcome record_position(const PositionWrite& write);
  std::uint64_t next_position_write() { return ++position_writes_sent_; }
  Outcome take_down_old_fence(const Claim& claim);
  Outcome old_fence_stands() const;
  /// Green's own row learns of a claim: no older run may take down its old fence from now on.
  void tell_green(const Claim& claim);
  SubscriptionSight look_at_gate(const Mark::Subscription& mark);
  void controller_died(std::uint64_t session);

  bool has_fenced_sessions() const;

 private:
  struct Marker {
    std::uint64_t position;
  };

  bool someone_writes() const;
  void let_ddl_go_on();
  void try_to_lock(std::uint64_t session, milliseconds lease, TimePoint deadline, Answer answer);
  void end_fenced_sessions(Answer answer);
  bool is_newest(const Claim& claim) const { return record.claim.epoch <= claim.epoch; }
  enum class Origin { client, us };
  void append(Origin origin);
  void apply(std::uint64_t position, Origin origin);

  World& world_;
  std::uint64_t deciding_session_ = 0;
  std::uint64_t undos_sent_ = 0;
  std::uint64_t last_undo_ = 0;  ///< that arrived
  std::uint64_t lock_serial_ = 0;
  std::set<std::uint64_t> ended_deciders_;  ///< what they sent and is late has no effect any more
  bool lock_is_awaited_ = false;
  bool ddl_waits_ = false;  ///< behind the locks, in a session from before the fence
  bool ddl_is_committed_ = false;
  bool was_taken_over_ = false;
  std::uint64_t position_ = 0;  ///< of blue: commits so far
  std::uint64_t last_client_commit_ = 0;
  std::uint64_t applied_ = 0;  ///< of green
  TimePoint applies_until_{};
  // Green's own log: where it stands, and what the way back would start from.
  std::uint64_t green_position_ = 0;
  std::uint64_t client_applied_at_ = 0;  ///< the last write of blue's clients that it applied
  std::uint64_t first_client_at_ = 0;    ///< the first write of its own clients; 0: none
  std::uint64_t tokens_ = 0;
  std::uint64_t position_writes_sent_ = 0;
  std::uint64_t last_position_write_ = 0;
  std::uint64_t position_for_ = 0;  ///< the decision that way_back_from_ belongs to
  std::uint64_t way_back_from_ = 0;
  bool green_has_left_ = false;
  std::map<std::string, std::uint64_t> markers_;
};

}  // namespace cutover::simulation
