// The server half of the fleet: blue and green of every database, for the plan. The bouncer half is
// controller/link; the two are composed into the Actuator. Next: database_servers.h.
#pragma once

#include <memory>
#include <vector>

#include "controller/cutover/fleet.h"
#include "controller/servers/database_servers.h"

namespace cutover {

/// Each method keeps the promise of its namesake in controller/cutover/fleet.h. One thread; methods
/// may run at the same time.
class ServerFleet {
 public:
  ServerFleet(std::vector<Sides> databases, FleetOptions options);
  ~ServerFleet();

  /// Opens every session at once, then remembers who the servers are; every failure, not only the
  /// first. Sessions that failed are tried again when they are needed.
  Task<std::vector<Error>> connect();
  /// At the checks: what schema_holds compares with.
  Task<Outcome> remember_schema();
  /// A claim that was taken elsewhere, by the process that is recovered for one.
  /// The newest epoch that any agent knows: recovery goes above it also where a server that knew of
  /// it is out of reach.
  void heed_epoch_of_agents(std::uint64_t epoch) { epoch_of_agents_ = epoch; }

  /// A further session of this controller on a database's blue, which seal and recovery spare.
  void spare(const std::string& database, int backend_pid);
  /// Likewise on its green, for the end of an old fence there.
  void spare_on_green(const std::string& database, int backend_pid);

  Task<Result<RunRecord>> run_record() const;
  Task<Result<TrafficSight>> look_at_traffic() const;
  Task<Result<std::vector<SubscriptionSight>>> look_at_gate(const Mark& mark) const;
  Task<Outcome> schema_holds() const;
  Task<Outcome> servers_are_the_same() const;
  Task<Outcome> writers_are_held() const;
  Task<Outcome> triggers_hold() const;
  Task<Outcome> seal_holds() const;
  Task<Outcome> way_back_is_armed() const;
  Task<Outcome> way_back_is_open() const;
  Task<Outcome> green_has_left() const;
  Task<Outcome> old_fence_is_down() const;
  Task<Outcome> old_fence_stands() const;

  Task<Result<Claim>> claim_blue();
  Task<Result<Claim>> take_over_blue();
  Task<Outcome> release_blue();
  Task<Outcome> install_triggers();
  Task<Outcome> remove_triggers();
  Task<Outcome> sync_sequences();
  Task<Outcome> freshen_sessions();
  Task<Outcome> hold_writers(milliseconds lease);
  Task<Outcome> release_writers();
  Task<Result<Mark>> set_mark();
  Task<Outcome> decide();
  Task<Outcome> undo_decision();
  Task<Outcome> seal();
  Task<Outcome> arm_way_back();
  Task<Outcome> disarm_way_back();
  Task<Outcome> open_way_back(const Mark& mark);
  Task<Outcome> take_down_old_fence();
  /// Of the first database's green cluster; every database of it is written to.
  Task<Result<Lsn>> make_green_durable();

  /// For what else looks at the same servers: checks, status, prepare.
  std::vector<DatabaseServers*> databases() const;

 private:
  using Act = Task<Outcome> (*)(DatabaseServers&);
  using ActAsClaimed = Task<Outcome> (*)(DatabaseServers&, Claim);
  /// On all databases at once; the worst outcome with everything that is not done.
  Task<Outcome> everywhere(Act act) const;
  Task<Outcome> everywhere(ActAsClaimed act) const;
  Task<Result<std::uint64_t>> next_epoch() const;
  Task<Result<std::uint64_t>> next_epoch_of_both_sides() const;
  Task<Outcome> tell_green_everywhere();
  Task<Result<Claim>> settle_claim(Result<Claim> taken);
  Task<Result<Claim>> claim_and_remember();
  Task<Outcome> fence_the_others();

  FleetOptions options_;
  std::vector<std::unique_ptr<DatabaseServers>> databases_;
  Claim claim_;
  std::uint64_t epoch_of_agents_ = 0;
};

}  // namespace cutover
