// An Actuator for the real plan and executor: its calls become messages to simulated servers and
// agents. One for each controller process; it may outlive what it believes.
#pragma once

#include <memory>
#include <vector>

#include "tests/simulation/network.h"
#include "tests/simulation/sim_agent.h"

namespace cutover::simulation {

using Agents = std::vector<std::unique_ptr<SimAgent>>;

class SimFleet : public Actuator {
 public:
  SimFleet(World& world, Network& network, Servers& servers, Agents& agents, ProcessId process)
      : world_(world), network_(network), servers_(servers), agents_(agents), process_(process) {}

  std::string run_id() const { return "run-" + std::to_string(process_); }
  /// Each session that takes the locks has a number of its own.
  std::uint64_t deciding_session() const { return process_ * 1000ULL + deciders_; }

  TimePoint now() const override { return world_.clock.now(); }
  Task<void> sleep(microseconds duration) const override {
    return world_.clock.sleep(duration, process_);
  }

  Task<Result<RunRecord>> run_record() const override;
  Task<std::vector<BouncerSight>> look_at_bouncers() const override;
  Task<Result<TrafficSight>> look_at_traffic() const override;
  Task<Result<std::vector<SubscriptionSight>>> look_at_gate(const Mark& mark) const override;
  Task<Outcome> schema_holds() const override;
  Task<Outcome> servers_are_the_same() const override;
  Task<Outcome> writers_are_held() const override;
  Task<Outcome> triggers_hold() const override;
  Task<Outcome> seal_holds() const override;
  Task<FleetOutcome> green_is_reachable() const override;
  Task<FleetOutcome> green_answers() const override;
  Task<Outcome> way_back_is_armed() const override;
  Task<Outcome> way_back_is_open() const override;
  Task<Outcome> green_has_left() const override;
  Task<Outcome> old_fence_is_down() const override;
  Task<Outcome> old_fence_stands() const override;

  Task<Result<Claim>> claim_blue() override;
  Task<Result<Claim>> take_over_blue() override;
  Task<FleetOutcome> claim_bouncers() override;
  Task<FleetOutcome> take_over_bouncers() override;
  Task<Outcome> release_blue() override;
  Task<FleetOutcome> arm_bouncers() override;
  Task<FleetOutcome> revert_bouncers() override;
  Task<Outcome> install_triggers() override;
  Task<Outcome> remove_triggers() override;
  Task<Outcome> sync_sequences() override;
  Task<Outcome> freshen_sessions() override;
  Task<FleetOutcome> pause_bouncers(milliseconds drain_timeout, milliseconds lease) override;
  Task<FleetOutcome> renew_leases(milliseconds lease) override;
  Task<FleetOutcome> resume_bouncers() override;
  Task<Outcome> hold_writers(milliseconds lease) override;
  Task<Outcome> release_writers() override;
  Task<Result<Mark>> set_mark() override;
  Task<Outcome> decide() override;
  Task<Outcome> undo_decision() override;
  Task<Outcome> seal() override;
  Task<Result<Lsn>> make_green_durable() override;
  Task<Outcome> arm_way_back() override;
  Task<Outcome> disarm_way_back() override;
  Task<Outcome> open_way_back(const Mark& mark) override;
  Task<Outcome> take_down_old_fence() override;
  Task<FleetOutcome> switch_bouncers() override;
  Task<Outcome> run_hook(Hook hook) override;
  Task<void> report_phase(std::string phase) override;

 private:
  using Replies = std::vector<std::optional<AgentReply>>;
  struct Gathering;

  /// One call of blue or green. `serve` runs there and answers, at once or later.
  Task<Outcome> ask(std::function<void(Answer)> serve) const;
  Task<Outcome> ask_now(std::function<Outcome()> serve) const;
  template <class T>
  Task<std::optional<T>> look(std::function<T()> serve) const;
  Task<Outcome> tell_green() const;
  Task<Replies> ask_agents(AgentRequest request, microseconds limit) const;
  Task<FleetOutcome> command(AgentRequest request, microseconds limit) const;
  Task<FleetOutcome> command(agent::Command command) const;

  World& world_;
  Network& network_;
  Servers& servers_;
  Agents& agents_;
  ProcessId process_;
  Claim claim_;
  std::uint64_t decision_ = 0;  ///< token of the fence that is up, as far as it knows
  std::uint64_t deciders_ = 0;  ///< deciding sessions opened so far
};

}  // namespace cutover::simulation
