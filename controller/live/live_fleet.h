// The real fleet: blue and green through libpq, bouncers through their agents. The executor's
// Actuator.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controller/checks/read_only_server.h"
#include "controller/config/config.h"
#include "controller/cutover/direction.h"
#include "controller/cutover/fleet.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/servers/server_fleet.h"

namespace cutover {

class LiveFleet : public Actuator {
 public:
  LiveFleet(boost::asio::any_io_executor executor, const Config& config, const std::string& run_id,
            Direction direction = Direction::forward);

  /// Opens everything a run needs and learns what moves; every failure, not only the first.
  Task<std::vector<Error>> connect();
  /// Opens what there is: recovery works with a green or an agent out of reach. An error only when
  /// blue cannot be asked. Leases run while it does, so that one silent agent is waited for once.
  Task<std::vector<Error>> connect_for_recovery();
  /// What moves, and how each side is told from others: after the take-over, which waits for
  /// nothing that it can do without.
  Task<void> learn_for_recovery();

  /// What the agents are told with every phase: names of gauges with their values.
  using ToldGauges = std::function<std::map<std::string, double>()>;
  void tell_with_phases(ToldGauges gauges) { told_gauges_ = std::move(gauges); }

  TimePoint now() const override;
  Task<void> sleep(std::chrono::microseconds duration) const override;

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
  Task<Outcome> open_servers();
  Task<Outcome> open_agents();
  Task<std::vector<Error>> learn_entry_moves();
  Task<void> light_beacons();
  void heed_agents(const std::vector<BouncerSight>& sights);
  Probe which_server(bool to_green) const;

  Config config_;  ///< facing the direction
  Direction direction_;
  std::string run_id_;
  ToldGauges told_gauges_;
  ServerFleet servers_;
  BouncerFleet bouncers_;
  // Who sees the advisory lock that this session of ours holds looks at the same server.
  ReadOnlyServer blue_beacon_;
  ReadOnlyServer green_beacon_;
};

}  // namespace cutover
