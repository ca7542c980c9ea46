// Every agent, spoken to at once: the bouncer half of controller/cutover/fleet.h. A call takes as
// long as the slowest agent and gives one outcome per agent: an agent that was never reached is
// refused, one that did not answer is in doubt. What only looks is in bouncer_fleet_looks.cpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controller/config/config.h"
#include "controller/cutover/direction.h"
#include "controller/cutover/fleet.h"
#include "controller/link/link.h"

namespace cutover {

/// How long an agent may take for its reply, on top of what the command itself waits for.
struct FleetLimits {
  milliseconds reply{2'000};
  milliseconds inspect{5'000};
  milliseconds arm{5'000};
  milliseconds switch_over{5'000};
  milliseconds probe_margin{2'000};  ///< past the probe's own timeout
  milliseconds pause_margin{1'000};  ///< past drain_timeout
};

struct BouncerFleetOptions {
  LinkOptions link;  ///< peer_timeout is taken from the lease of the configuration
  FleetLimits limits;
  Direction direction = Direction::forward;
};

/// What one agent answered to a question.
template <class T>
struct BouncerAnswer {
  std::string bouncer;
  Result<T> answer;
};
template <class T>
using FleetAnswer = std::vector<BouncerAnswer<T>>;

struct Probe {
  bool to_green = false;  ///< false: through the real PgBouncer, to whatever serves now
  std::string sql;        ///< one query that returns one text
  milliseconds timeout{3'000};
};

class BouncerFleet {
 public:
  BouncerFleet(boost::asio::any_io_executor executor, const Config& config,
               BouncerFleetOptions options = {});
  ~BouncerFleet();

  /// Sent with every command that changes something.
  void set_claim(Claim claim) { claim_ = std::move(claim); }
  const Claim& claim() const { return claim_; }
  /// By bouncer, from entry_moves(). Without them (recovery) an entry's colour is told by the
  /// configured routes.
  void set_moves(std::map<std::string, std::vector<proto::EntryMove>> moves);
  /// Empty where none are known.
  const std::vector<proto::EntryMove>& moves_of(const std::string& bouncer) const;
  void set_direction(Direction direction) { options_.direction = direction; }

  Task<FleetOutcome> connect();
  /// For at most `limit`; agents that are silent are not waited for again in the next seconds.
  Task<FleetOutcome> connect_within(milliseconds limit);
  void close();

  Task<FleetAnswer<std::chrono::microseconds>> ping() const;
  Task<FleetAnswer<proto::Inspection>> inspect() const;
  /// The diff that arm would stage; writes nothing.
  Task<FleetAnswer<proto::Preview>> preview() const;
  Task<FleetAnswer<proto::ProbeResult>> probe(Probe probe) const;
  /// Done where at least one server answered, and every answer is `expected`.
  Task<FleetOutcome> expect_answer(Probe probe, std::string expected) const;
  Task<std::vector<BouncerSight>> look_at_bouncers() const;
  /// What the agents said in their hellos; empty for one never reached.
  std::map<std::string, proto::Hello> hellos() const;

  Task<FleetOutcome> claim_bouncers(proto::ClaimPurpose purpose = proto::RUN);
  Task<FleetOutcome> arm_bouncers();
  /// Only these bouncers; the others are not asked and not in the answer.
  Task<FleetOutcome> arm_bouncers(std::set<std::string> names);
  Task<FleetOutcome> revert_bouncers();
  /// The leases of all are on disk before the first is paused: clients of one do not wait for the
  /// disk of another, and none are held up when one cannot.
  Task<FleetOutcome> pause_bouncers(milliseconds drain_timeout, milliseconds lease);
  Task<FleetOutcome> renew_leases(milliseconds lease);
  Task<FleetOutcome> resume_bouncers();
  Task<FleetOutcome> switch_bouncers();
  /// Best effort; an agent out of reach is not connected to for it.
  Task<void> report_phase(std::string phase, std::map<std::string, double> gauges);

 private:
  struct Reply {
    std::string bouncer;
    CallResult<proto::Reply> result;
  };
  /// Gives the request for one bouncer.
  using Ask = std::function<proto::Request(const std::string& bouncer)>;

  Task<std::vector<Reply>> ask_all(Ask ask, milliseconds limit) const;
  Task<FleetOutcome> command_all(Ask ask, milliseconds limit);
  FleetOutcome outcomes_of(const std::vector<Result<void>>& results) const;
  proto::Request claimed_request() const;
  BouncerSight sight_by_moves(const std::string& bouncer, proto::AgentState state) const;

  std::vector<std::unique_ptr<Link>> links_;
  Config config_;
  BouncerFleetOptions options_;
  Claim claim_;
  std::map<std::string, std::vector<proto::EntryMove>> moves_;
};

}  // namespace cutover
