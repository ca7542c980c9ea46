// What FakeFleet sees of its world.
#include "tests/scenarios/fake_fleet.h"

namespace cutover::scenarios {
namespace {

BouncerSight sight_of(const FakeAgent& agent, TimePoint now) {
  BouncerSight sight;
  sight.bouncer = agent.name;
  if (agent.dead) {
    sight.unreachable = Error{"no answer"};
    return sight;
  }
  sight.claim = agent.claim;
  sight.armed = agent.armed;
  sight.paused = agent.paused;
  sight.drained = agent.paused;
  sight.intent = agent.intent;
  sight.switched = agent.intent && agent.on_green;
  sight.all_blue = !agent.on_green;
  sight.all_green = agent.on_green;
  if (agent.paused) {
    sight.lease_left = std::chrono::duration_cast<milliseconds>(agent.lease_end - now);
  }
  sight.lease_expiries = agent.lease_expiries;
  return sight;
}

Error unseen(const char* what) {
  return Error{std::string("could not look: ") + what};
}

}  // namespace

Task<Result<RunRecord>> FakeFleet::run_record() const {
  const bool is_blind = is_blind_;
  const auto asked = co_await act("run_record", [] { return done(); });
  if (!asked.is_done() || is_blind) co_return unseen("run_record");
  co_return world_.record;
}

Task<std::vector<BouncerSight>> FakeFleet::look_at_bouncers() const {
  const bool is_blind = is_blind_;
  const auto asked = co_await act("look_at_bouncers", [] { return done(); });
  std::vector<BouncerSight> sights;
  for (const auto& agent : world_.agents) {
    sights.push_back(sight_of(agent, clock_.now()));
    if (is_blind || !asked.is_done()) sights.back().unreachable = unseen("agent");
  }
  co_return sights;
}

Task<Result<TrafficSight>> FakeFleet::look_at_traffic() const {
  const auto asked = co_await act("look_at_traffic", [] { return done(); });
  if (!asked.is_done()) co_return unseen("look_at_traffic");
  TrafficSight sight;
  sight.lag_bytes = world_.is_quiet ? 0 : 1'000'000'000;
  sight.apply_latency = milliseconds(0);
  sight.oldest_transaction = milliseconds(0);
  sight.vacuums = 0;
  sight.prepared_transactions = 0;
  co_return sight;
}

Task<Result<std::vector<SubscriptionSight>>> FakeFleet::look_at_gate(const Mark& mark) const {
  const bool is_blind = is_blind_;
  const auto asked = co_await act("look_at_gate", [] { return done(); });
  if (!asked.is_done() || is_blind) co_return unseen("look_at_gate");
  std::vector<SubscriptionSight> sights;
  for (const auto& one : mark.subscriptions) {
    const auto replayed = world_.gate_is_open ? one.position : Lsn{0};
    sights.push_back({one.database, one.subscription, replayed, world_.gate_is_open, true});
  }
  co_return sights;
}

Task<Outcome> FakeFleet::schema_holds() const {
  return act("schema_holds", [] { return done(); });
}

Task<Outcome> FakeFleet::servers_are_the_same() const {
  if (is_blind_) return act("servers_are_the_same", [] { return in_doubt("could not look"); });
  return act("servers_are_the_same", [] { return done(); });
}

Task<Outcome> FakeFleet::writers_are_held() const {
  if (is_blind_) return act("writers_are_held", [] { return in_doubt("could not look"); });
  return act("writers_are_held", [this] { return world_.locks ? done() : refused("no locks"); });
}

Task<Outcome> FakeFleet::triggers_hold() const {
  if (is_blind_) return act("triggers_hold", [] { return in_doubt("could not look"); });
  return act("triggers_hold",
             [this] { return world_.triggers ? done() : refused("triggers are missing"); });
}

Task<Outcome> FakeFleet::seal_holds() const {
  if (is_blind_) return act("seal_holds", [] { return in_doubt("could not look"); });
  return act("seal_holds", [this] {
    return world_.sealed && world_.record.fenced ? done() : refused("old sessions are left");
  });
}

Task<FleetOutcome> FakeFleet::green_is_reachable() const {
  return act_on_agents("green_is_reachable", [](FakeAgent&) { return done(); });
}

Task<FleetOutcome> FakeFleet::green_answers() const {
  return act_on_agents("green_answers", [](FakeAgent& agent) {
    return agent.on_green ? done() : refused("blue answers");
  });
}

Task<Outcome> FakeFleet::look(const char* call, Effect seen) const {
  if (is_blind_) return act(call, [] { return in_doubt("could not look"); });
  return act(call, std::move(seen));
}

Task<Outcome> FakeFleet::way_back_is_armed() const {
  return look("way_back_is_armed", [this] {
    return world_.way_back_is_armed ? done() : refused("the way back is not armed");
  });
}

Task<Outcome> FakeFleet::way_back_is_open() const {
  return look("way_back_is_open", [this] {
    return world_.way_back_is_open ? done() : refused("the way back is not open");
  });
}

Task<Outcome> FakeFleet::green_has_left() const {
  return look("green_has_left", [this] {
    const bool is_recorded = world_.position_for == world_.decisions;
    return world_.green_has_left && is_recorded ? done() : refused("green still follows blue");
  });
}

Task<Outcome> FakeFleet::old_fence_is_down() const {
  return look("old_fence_is_down",
              [this] { return world_.old_fence_is_up ? refused("the old fence is up") : done(); });
}

Task<Outcome> FakeFleet::old_fence_stands() const {
  return look("old_fence_stands", [this] {
    if (!world_.has_old_fence) return done();
    if (world_.green_is_cut_off) return in_doubt("green does not answer");
    if (!world_.old_fence_is_up) return refused("it was taken down");
    return world_.told_green == world_.record.claim ? done() : in_doubt("it was not told");
  });
}

}  // namespace cutover::scenarios
