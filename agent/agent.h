// The agent itself: takes a request, asks the rules (command_rules.h), acts on every PgBouncer of
// the host at once, and keeps its record on disk ahead of every effect. How it acts is in
// acts.cpp; what it does by itself (lease, intent) in agent_loops.cpp; reading commands in
// reading.h.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>

#include "agent/boot_clock.h"
#include "agent/bouncer.h"
#include "agent/command_rules.h"
#include "agent/metrics.h"
#include "agent/state_store.h"
#include "agent/turn.h"
#include "proto/agent.pb.h"

namespace cutover::agent {

/// For timestamps in metrics; a lease is never measured with it.
double unix_now();

class Agent {
 public:
  using DialerFactory = std::function<std::unique_ptr<ConsoleDialer>(const BouncerConfig&)>;

  Agent(boost::asio::any_io_executor executor, const AgentConfig& config, const BootClock& clock,
        Metrics& metrics, const DialerFactory& dialers);

  /// Reads the record and what was staged. After an error nothing may be served.
  Result<void> load();
  /// Takes up what an earlier agent left: finishes an intent, watches or ends a pause.
  void take_up();
  /// Keeps the metrics up to date from now on.
  void start_metrics();
  /// One request, one reply. The effect goes on when the caller is gone.
  Task<proto::Reply> answer(proto::Request request);
  /// Before the program ends: nothing without an intent stays paused.
  Task<void> wind_up();

  const AgentRecord& record() const { return record_; }
  /// A pause whose lease has not run out.
  bool holds_by_a_lease() const { return record_.phase == Phase::paused && !is_lease_over(); }
  /// Until nothing is left to do by itself: no pause whose lease ran out, no unfulfilled intent, no
  /// queue that is watched.
  Task<bool> settle(std::chrono::milliseconds limit);

 private:
  using Bouncers = std::vector<std::unique_ptr<Bouncer>>;

  /// By the names of the processes that serve a moved entry.
  struct ArmPlan {
    std::map<std::string, Moves> moves = {};
    std::map<std::string, ini::SwitchPlan> files = {};
  };

  Task<Outcome> act(Command command, proto::Request request, BootTime received);
  Task<Outcome> claim(Command command, proto::Request request);
  Task<Outcome> arm(proto::ArmCommand command);
  Task<Result<ArmPlan>> plan_to_arm(Moves moves);
  Task<Outcome> pause(proto::PauseCommand command, BootTime received);
  bool may_run_out_while_draining(const proto::PauseCommand& command,
                                  const BootTime& received) const;
  Task<Outcome> prepare_pause(proto::PauseCommand command, BootTime received);
  Task<Outcome> pause_now(proto::PauseCommand command);
  Task<Outcome> pause_all(std::chrono::steady_clock::time_point deadline);
  Task<Outcome> pause_again(proto::PauseCommand command, BootTime received);
  Outcome renew(const proto::RenewCommand& command, const BootTime& received);
  Task<Outcome> resume(const char* reason);
  Task<Outcome> switch_route();
  Task<Outcome> revert();
  Outcome report_phase(const proto::ReportPhaseCommand& command);

  Task<Outcome> drop_claim_work();
  Task<Outcome> resume_all();
  Task<Outcome> go_forward();
  Task<void> forward_loop();
  Task<void> lease_loop();
  Task<bool> end_expired_pause();
  Task<void> confirm_switch();
  Task<void> watch_queues();
  void start_forward_loop();
  void start_lease_loop();
  void pause_started();
  void pause_ended(const char* reason);

  /// The record on disk first, then in memory.
  Outcome save(AgentRecord next);
  /// The processes that the claim moves entries of; all of them where nothing is armed.
  std::vector<Bouncer*> involved();
  Moves moves_of(const Bouncer& bouncer) const;
  bool is_lease_over() const;

  std::chrono::microseconds time_paused() const;
  Task<void> fill_state(proto::AgentState* state, bool with_processes);
  Task<proto::ProcessState> process_state(Bouncer& bouncer);
  void update_metrics();
  Task<void> look_at_entries();
  void hang_up_while_idle();
  Task<void> metrics_loop();

  boost::asio::any_io_executor executor_;
  const BootClock& clock_;
  Metrics& metrics_;
  StateStore store_;
  Bouncers bouncers_;
  AgentRecord record_;
  Turns turns_;
  StopSign stop_drain_;
  StopSign changed_;  ///< the metrics are to be brought up to date
  std::optional<std::chrono::steady_clock::time_point> pause_started_;
  bool forward_running_ = false;
  bool lease_running_ = false;
  int watches_ = 0;  ///< of the queues after a pause, under way
};

}  // namespace cutover::agent
