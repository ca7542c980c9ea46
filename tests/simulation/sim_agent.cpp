// How a request is taken, and what the agent does by itself. The acts are in agent_acts.cpp.
#include "tests/simulation/sim_agent.h"

namespace cutover::simulation {

using agent::Act;
using agent::Command;
using agent::Phase;

namespace {

constexpr milliseconds lease_slack(60);  ///< for turns, drains and a clock that runs slow

agent::Claim told(const Claim& claim) {
  return {claim.run_id, claim.epoch};
}

}  // namespace

SimAgent::SimAgent(World& world, Bouncer& bouncer, int number)
    : world_(world),
      bouncer_(bouncer),
      name_("bouncer-" + std::to_string(number)),
      boot_offset_(world.random.below(1'000'000)),
      clock_rate_(0.97 + 0.06 * static_cast<double>(world.random.below(1000)) / 1000) {}

agent::BootTime SimAgent::boot_time() const {
  const auto elapsed = static_cast<double>(world_.clock.elapsed().count()) * clock_rate_ / 1000;
  return {name_, boot_offset_ + milliseconds(static_cast<std::int64_t>(elapsed))};
}

void SimAgent::later(microseconds delay, std::function<void()> then) {
  world_.clock.after(delay, [this, life = life_, then = std::move(then)] {
    if (life == life_) then();
  });
}

BouncerSight SimAgent::sight() const {
  BouncerSight sight;
  sight.bouncer = name_;
  sight.claim = {record_.claim.run_id, record_.claim.epoch};
  sight.armed = record_.phase == Phase::armed || record_.phase == Phase::paused ||
                record_.phase == Phase::switching;
  sight.paused = record_.phase == Phase::paused || bouncer_.paused;
  sight.drained = bouncer_.is_drained();
  sight.intent = agent::has_intent(record_.phase);
  sight.switched = record_.phase == Phase::switched;
  sight.all_blue = !bouncer_.on_green;
  sight.all_green = bouncer_.on_green && record_.phase != Phase::switching;
  if (world_.has(Mutation::no_intent)) {
    sight.intent = sight.switched = sight.all_green = bouncer_.on_green;
  }
  return sight;
}

const agent::Rule& SimAgent::rule_of(const AgentRequest& request) const {
  auto standing = agent::standing_of(told(request.claim), record_.claim);
  const bool is_obeyed = world_.has(Mutation::no_epoch_on_agents) &&
                         standing == agent::Standing::stale && request.claim.epoch > 0;
  if (is_obeyed) standing = agent::Standing::owner;
  return agent::rule_for(request.command, record_.phase, standing);
}

void SimAgent::receive(const AgentRequest& request, const ReplyTo& reply) {
  if (!is_up_) return;
  const auto& rule = rule_of(request);
  if (rule.act == Act::read) return reply({done(), sight()});
  if (request.command == Command::renew) {
    if (rule.act == Act::refuse) return reply({refused(rule.what), sight()});
    return reply({rule.act == Act::nothing ? done() : renew(request), sight()});
  }
  const bool ends_drain = request.command == Command::resume || request.command == Command::revert;
  if (rule.act == Act::perform && ends_drain) stops_drain_ = true;
  waiting_.push_back({request, reply, world_.clock.now()});
  work();
}

void SimAgent::work() {
  if (is_busy_ || waiting_.empty()) return;
  const auto next = waiting_.front();
  waiting_.pop_front();
  is_busy_ = true;
  const Then then = [this, next](const Outcome& outcome) {
    is_busy_ = false;
    world_.note("{} {} of {}: {} {}", name_, agent::name_of(next.request.command),
                next.request.claim.run_id, cutover::name_of(outcome.kind), outcome.detail);
    next.reply({outcome, sight()});
    work();
  };
  const auto& rule = rule_of(next.request);
  if (rule.act == Act::refuse) return then(refused(rule.what));
  if (rule.act == Act::nothing) return then(done());
  perform(next, then);
}

void SimAgent::crash() {
  if (!is_up_) return;
  world_.note("{} crashes", name_);
  is_up_ = is_busy_ = stops_drain_ = is_prepared_ = false;
  ++life_;
  waiting_.clear();
  if (world_.has(Mutation::no_intent) && record_.phase == Phase::switching) {
    record_.phase = bouncer_.on_green ? Phase::switched : Phase::armed;
  }
}

void SimAgent::start_again() {
  if (is_up_) return;
  world_.note("{} starts again", name_);
  is_up_ = true;
  up_since_ = world_.clock.now();
  if (record_.phase == Phase::switching) go_forward_until_done();
  if (world_.has(Mutation::lease_forgotten_at_restart)) return;
  if (record_.phase == Phase::paused) watch_lease();
}

void SimAgent::go_forward_until_done() {
  if (record_.phase != Phase::switching) return;
  if (is_busy_) return later(milliseconds(1), [this] { go_forward_until_done(); });
  is_busy_ = true;
  go_forward([this](const Outcome&) {
    is_busy_ = false;
    work();
  });
}

void SimAgent::watch_lease() {
  if (record_.phase != Phase::paused || world_.has(Mutation::no_lease)) return;
  const auto now = boot_time();
  if (!record_.lease || agent::has_run_out(*record_.lease, now)) return end_expired_pause();
  const auto left = agent::time_left(*record_.lease, now);
  later(std::max<microseconds>(left, microseconds(500)), [this] { watch_lease(); });
}

void SimAgent::end_expired_pause() {
  stops_drain_ = true;
  if (is_busy_) return later(microseconds(500), [this] { watch_lease(); });
  is_busy_ = true;
  world_.note("{}: the lease ran out", name_);
  bouncer_.resume();
  record_.phase = Phase::armed;
  record_.lease.reset();
  ++record_.lease_expiries;
  is_busy_ = false;
  work();
}

void SimAgent::grant(milliseconds lease) {
  granted_until_ = std::max(granted_until_, world_.clock.now() + lease);
}

/// I5: every pause ends soon after its lease, or after the agent is up again.
void SimAgent::check_pause_ends(std::uint32_t pause) {
  if (!bouncer_.paused || bouncer_.pauses() != pause) return;
  const auto end = std::max(granted_until_, up_since_) + lease_slack;
  if (is_up_ && world_.clock.now() > end) {
    return world_.breaks("I5: the pause of " + name_ + " outlived its lease");
  }
  world_.clock.after(milliseconds(20), [this, pause] { check_pause_ends(pause); });
}

}  // namespace cutover::simulation
