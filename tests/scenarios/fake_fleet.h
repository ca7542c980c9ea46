// An Actuator on a FakeWorld and a virtual clock, which fails as a script says. It is a listener as
// well, so that a fault can name the step it belongs to.
#pragma once

#include <functional>
#include <set>

#include "controller/cutover/events.h"
#include "tests/scenarios/fake_world.h"
#include "tests/scenarios/script.h"
#include "tests/scenarios/transcript.h"

namespace cutover::scenarios {

class FakeFleet : public Actuator, public Listener {
 public:
  FakeFleet(VirtualClock& clock, FakeWorld& world, Transcript& transcript)
      : clock_(clock), world_(world), transcript_(transcript) {}

  std::vector<Fault> faults;
  /// Called before each call of the fleet.
  std::function<void(const Site&)> on_call = [](const Site&) {};
  std::set<Site> sites;   ///< every call that was made
  ProcessId process = 1;  ///< who waits; for VirtualClock::kill
  microseconds latency{1'000};
  microseconds drain{5'000};
  /// What each agent says in answer to a pause, in order; agents beyond the list say nothing.
  std::vector<microseconds> held_for;

  void on(const Event& event, const RunState& state) override;

  TimePoint now() const override { return clock_.now(); }
  Task<void> sleep(microseconds duration) const override { return clock_.sleep(duration, process); }

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
  using Effect = std::function<Outcome()>;
  Task<Outcome> look(const char* call, Effect seen) const;
  using AgentEffect = std::function<Outcome(FakeAgent&)>;
  struct Turn {
    std::optional<Way> way;
    bool is_blind = false;
  };

  /// Notes the call and says what the script has for it.
  Turn begin(const char* call) const;
  /// One action on blue or green: latency, effect, and what the script does to them.
  Task<Outcome> act(const char* call, Effect effect, microseconds takes) const;
  Task<Outcome> act(const char* call, Effect effect) const {
    return act(call, std::move(effect), latency);
  }
  Task<FleetOutcome> act_on_agents(const char* call, AgentEffect effect, microseconds takes) const;
  Task<FleetOutcome> act_on_agents(const char* call, AgentEffect effect) const {
    return act_on_agents(call, std::move(effect), latency);
  }
  Outcome reached(FakeAgent& agent, const AgentEffect& effect) const;
  Outcome owned(FakeAgent& agent, const AgentEffect& effect) const;
  Task<void> never() const;

  VirtualClock& clock_;
  FakeWorld& world_;
  Transcript& transcript_;
  Claim mine_;
  std::string step_;
  bool is_undo_ = false;
  mutable bool is_blind_ = false;
};

}  // namespace cutover::scenarios
