// The calls of agents; those of the servers are in sim_fleet_servers.cpp.
#include "tests/simulation/sim_fleet.h"

namespace cutover::simulation {

using agent::Command;

namespace {

constexpr milliseconds reply_limit(40);

}  // namespace

struct SimFleet::Gathering {
  Replies replies;
  std::size_t missing = 0;
  std::shared_ptr<VirtualClock::Alarm> alarm = std::make_shared<VirtualClock::Alarm>();
};

Task<SimFleet::Replies> SimFleet::ask_agents(AgentRequest request, microseconds limit) const {
  request.claim = claim_;
  const auto gathering = std::make_shared<Gathering>();
  gathering->replies.resize(agents_.size());
  gathering->missing = agents_.size();
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    const ReplyTo reply = [this, gathering, i](const AgentReply& answer) {
      network_.send_back([this, gathering, i, answer] {
        if (gathering->replies[i]) return;
        gathering->replies[i] = answer;
        if (--gathering->missing == 0) world_.clock.ring(*gathering->alarm);
      });
    };
    network_.send([this, i, request, reply] { agents_[i]->receive(request, reply); });
  }
  co_await world_.clock.sleep(limit, process_, gathering->alarm);
  co_return gathering->replies;
}

Task<FleetOutcome> SimFleet::command(AgentRequest request, microseconds limit) const {
  const auto replies = co_await ask_agents(request, limit);
  FleetOutcome outcomes;
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    outcomes.push_back(
        {agents_[i]->name(), replies[i] ? replies[i]->outcome : in_doubt("no answer")});
  }
  co_return outcomes;
}

Task<FleetOutcome> SimFleet::command(Command command) const {
  AgentRequest request;
  request.command = command;
  return this->command(request, reply_limit);
}

Task<std::vector<BouncerSight>> SimFleet::look_at_bouncers() const {
  const AgentRequest ping;
  const auto replies = co_await ask_agents(ping, reply_limit);
  std::vector<BouncerSight> sights;
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    if (replies[i]) {
      sights.push_back(replies[i]->sight);
    } else {
      sights.emplace_back();
      sights.back().bouncer = agents_[i]->name();
      sights.back().unreachable = Error{"no answer"};
    }
  }
  co_return sights;
}

Task<FleetOutcome> SimFleet::claim_bouncers() {
  return command(Command::claim_run);
}

Task<FleetOutcome> SimFleet::take_over_bouncers() {
  return command(Command::claim_recovery);
}

Task<FleetOutcome> SimFleet::arm_bouncers() {
  return command(Command::arm);
}

Task<FleetOutcome> SimFleet::revert_bouncers() {
  return command(Command::revert);
}

Task<FleetOutcome> SimFleet::resume_bouncers() {
  return command(Command::resume);
}

Task<FleetOutcome> SimFleet::pause_bouncers(milliseconds drain_timeout, milliseconds lease) {
  AgentRequest request;
  request.command = Command::pause;
  request.drain_timeout = drain_timeout;
  request.lease = lease;
  request.only_prepare = true;
  const auto prepared = co_await command(request, reply_limit);
  if (!combined(prepared).is_done()) co_return prepared;
  request.only_prepare = false;
  auto paused = co_await command(request, drain_timeout + reply_limit);
  co_return paused;
}

Task<FleetOutcome> SimFleet::renew_leases(milliseconds lease) {
  AgentRequest request;
  request.command = Command::renew;
  request.lease = lease;
  return command(request, reply_limit);
}

Task<FleetOutcome> SimFleet::switch_bouncers() {
  return command(Command::switch_route);
}

Task<FleetOutcome> SimFleet::green_is_reachable() const {
  return command(Command::ping);
}

Task<FleetOutcome> SimFleet::green_answers() const {
  const auto sights = co_await look_at_bouncers();
  FleetOutcome outcomes;
  for (const auto& sight : sights) {
    const auto answer = sight.unreachable ? in_doubt("no answer")
                        : sight.all_green ? done()
                                          : refused("blue answers");
    outcomes.push_back({sight.bouncer, answer});
  }
  co_return outcomes;
}

}  // namespace cutover::simulation
