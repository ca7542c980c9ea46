// What FakeFleet does to its world, and what it holds to be wrong.
#include "tests/scenarios/fake_fleet.h"

namespace cutover::scenarios {
namespace {

const char* name_of(Hook hook) {
  switch (hook) {
    case Hook::before_pause:
      return "hook before_pause";
    case Hook::after_decision:
      return "hook after_decision";
    case Hook::after_resume:
      return "hook after_resume";
    case Hook::on_abort:
      return "hook on_abort";
  }
  return "hook";
}

}  // namespace

Task<Result<Claim>> FakeFleet::claim_blue() {
  const Effect effect = [this] {
    if (world_.record.decided || world_.record.fenced) return refused("a decision is left behind");
    world_.record.claim = {"run-1", world_.record.claim.epoch + 1};
    world_.advisory_lock = true;
    mine_ = world_.told_green = world_.record.claim;
    return done();
  };
  const auto taken = co_await act("claim_blue", effect);
  if (!taken.is_done()) co_return Error{taken.detail};
  co_return mine_;
}

Task<Result<Claim>> FakeFleet::take_over_blue() {
  const Effect effect = [this] {
    world_.record.claim = {"recovery-1", world_.record.claim.epoch + 1};
    world_.advisory_lock = true;
    world_.locks = false;
    mine_ = world_.record.claim;
    if (!world_.green_is_cut_off) world_.told_green = mine_;
    return done();
  };
  const auto taken = co_await act("take_over_blue", effect);
  if (!taken.is_done()) co_return Error{taken.detail};
  co_return mine_;
}

Task<FleetOutcome> FakeFleet::claim_bouncers() {
  return act_on_agents("claim_bouncers", [this](FakeAgent& agent) {
    agent.claim = mine_;
    agent.claimed = true;
    return done();
  });
}

Task<FleetOutcome> FakeFleet::take_over_bouncers() {
  return act_on_agents("take_over_bouncers", [this](FakeAgent& agent) {
    agent.claim = mine_;
    agent.claimed = true;
    return done();
  });
}

Task<Outcome> FakeFleet::release_blue() {
  return act("release_blue", [this] {
    world_.advisory_lock = false;
    return done();
  });
}

Task<FleetOutcome> FakeFleet::arm_bouncers() {
  const AgentEffect arm = [](FakeAgent& agent) {
    if (agent.paused) return refused("a pause is held");
    if (agent.intent) return refused("the switch has begun: it only goes forward");
    agent.armed = true;
    return done();
  };
  return act_on_agents("arm_bouncers", [this, arm](FakeAgent& agent) { return owned(agent, arm); });
}

Task<FleetOutcome> FakeFleet::revert_bouncers() {
  return act_on_agents("revert_bouncers", [this](FakeAgent& agent) {
    if (agent.claim.epoch > mine_.epoch) return refused("the epoch is older than one it has seen");
    if (agent.intent && !agent.on_green) return refused("the switch has begun");
    if (agent.paused && world_.record.fenced) world_.wrong("reverted under the fence");
    agent.armed = agent.paused = agent.claimed = agent.intent = false;
    return done();
  });
}

Task<Outcome> FakeFleet::install_triggers() {
  return act("install_triggers", [this] {
    world_.triggers = true;
    return done();
  });
}

Task<Outcome> FakeFleet::remove_triggers() {
  return act("remove_triggers", [this] {
    if (world_.record.fenced) world_.wrong("triggers were removed while fenced");
    world_.triggers = false;
    return done();
  });
}

Task<Outcome> FakeFleet::sync_sequences() {
  return act("sync_sequences", [] { return done(); });
}

Task<Outcome> FakeFleet::freshen_sessions() {
  return act("freshen_sessions", [] { return done(); });
}

Task<FleetOutcome> FakeFleet::pause_bouncers(milliseconds drain_timeout, milliseconds lease) {
  const bool drains = drain <= drain_timeout;
  const auto takes = drains ? drain : microseconds(drain_timeout);
  const auto lease_end = clock_.now() + lease;
  const AgentEffect pause = [this, drains, lease_end](FakeAgent& agent) {
    if (!agent.armed) return refused("nothing is armed");
    if (agent.intent) return refused("the switch has begun: it only goes forward");
    if (!drains) return refused("it did not drain");
    agent.paused = clock_.now() < lease_end;
    agent.lease_end = lease_end;
    return done();
  };
  const AgentEffect owned_pause = [this, pause](FakeAgent& agent) { return owned(agent, pause); };
  auto outcomes = co_await act_on_agents("pause_bouncers", owned_pause, takes);
  for (std::size_t i = 0; i < outcomes.size() && i < held_for.size(); ++i)
    outcomes[i].held_for = held_for[i];
  co_return outcomes;
}

Task<FleetOutcome> FakeFleet::renew_leases(milliseconds lease) {
  const AgentEffect renew = [this, lease](FakeAgent& agent) {
    if (agent.intent) return done();
    if (!agent.paused) return refused("nothing is paused: there is no lease to renew");
    agent.lease_end = clock_.now() + lease;
    return done();
  };
  return act_on_agents("renew_leases",
                       [this, renew](FakeAgent& agent) { return owned(agent, renew); });
}

Task<FleetOutcome> FakeFleet::resume_bouncers() {
  const AgentEffect resume = [this](FakeAgent& agent) {
    if (agent.intent) return refused("the switch has begun: it only goes forward");
    if (world_.record.fenced) world_.wrong(agent.name + " was resumed on blue under the fence");
    if (world_.sessions_under_fence)
      world_.wrong(agent.name + " was resumed on read-only sessions");
    agent.paused = false;
    return done();
  };
  return act_on_agents("resume_bouncers",
                       [this, resume](FakeAgent& agent) { return owned(agent, resume); });
}

Task<Outcome> FakeFleet::hold_writers(milliseconds lease) {
  return act("hold_writers", [this, lease] {
    world_.locks = true;
    world_.locks_end = clock_.now() + lease;
    return done();
  });
}

Task<Outcome> FakeFleet::release_writers() {
  return act("release_writers", [this] {
    world_.locks = false;
    return done();
  });
}

Task<Result<Mark>> FakeFleet::set_mark() {
  const Effect effect = [this] {
    ++world_.marks;
    return done();
  };
  const auto set = co_await act("set_mark", effect);
  if (!set.is_done()) co_return Error{set.detail};
  co_return Mark{{{"app", "cutover", Lsn{0x1000 * world_.marks}, std::to_string(world_.marks)}}};
}

Task<Outcome> FakeFleet::decide() {
  return act("decide", [this] {
    if (world_.record.claim != mine_) return refused("the epoch is not ours");
    if (!world_.locks) return refused("the deciding session has lost its locks");
    world_.record.decided = world_.record.fenced = world_.sessions_under_fence = true;
    ++world_.decisions;
    return done();
  });
}

Task<Outcome> FakeFleet::undo_decision() {
  return act("undo_decision", [this] {
    if (world_.record.claim != mine_) return refused("the epoch is not ours");
    if (world_.switch_was_sent && !world_.everyone_on(false)) world_.wrong("undone after a switch");
    if (world_.old_fence_is_up != world_.has_old_fence)
      world_.wrong("undone after writers past the bouncers could write on green");
    world_.record.decided = world_.record.fenced = world_.sessions_under_fence = false;
    world_.sealed = false;
    return done();
  });
}

Task<Outcome> FakeFleet::seal() {
  return act("seal", [this] {
    if (!world_.record.fenced) return refused("there is no fence");
    world_.sealed = true;
    return done();
  });
}

Task<Result<Lsn>> FakeFleet::make_green_durable() {
  const Effect effect = [this] {
    world_.green_durable = true;
    if (world_.position_for == world_.decisions) return done();
    if (world_.anyone_on_green()) world_.wrong("a position for the way back after a client wrote");
    world_.position_for = world_.decisions;
    return done();
  };
  const auto made = co_await act("make_green_durable", effect);
  if (!made.is_done()) co_return Error{made.detail};
  co_return Lsn{0x5000};
}

Task<Outcome> FakeFleet::arm_way_back() {
  return act("arm_way_back", [this] {
    if (world_.way_back_is_open) return refused("the way back is in use");
    world_.way_back_is_armed = true;
    return done();
  });
}

Task<Outcome> FakeFleet::disarm_way_back() {
  return act("disarm_way_back", [this] {
    if (world_.way_back_is_open) world_.wrong("an open way back was removed");
    world_.way_back_is_armed = false;
    return done();
  });
}

Task<Outcome> FakeFleet::open_way_back(const Mark&) {
  return act("open_way_back", [this] {
    if (!world_.way_back_is_armed) return refused("the way back is not armed");
    if (world_.position_for != world_.decisions) return refused("no position is on record");
    if (!world_.everyone_on(true)) world_.wrong("the way back was opened while blue served");
    world_.green_has_left = world_.way_back_is_open = true;
    return done();
  });
}

Task<Outcome> FakeFleet::take_down_old_fence() {
  return act("take_down_old_fence", [this] {
    if (!world_.has_old_fence) return done();
    if (world_.green_is_cut_off) return in_doubt("green does not answer");
    if (world_.told_green.epoch > mine_.epoch) return refused("green knows a newer epoch");
    world_.told_green = mine_;
    const bool is_safe = world_.record.decided && world_.sealed && world_.green_durable;
    if (!is_safe) world_.wrong("green was opened before decision, seal and second gate");
    world_.old_fence_is_up = false;
    return done();
  });
}

Task<FleetOutcome> FakeFleet::switch_bouncers() {
  world_.switch_was_sent = true;
  const AgentEffect switch_over = [this](FakeAgent& agent) {
    if (!agent.armed && !agent.intent) return refused("nothing is armed");
    const bool is_safe = world_.record.decided && world_.sealed && world_.green_durable;
    if (!is_safe) world_.wrong(agent.name + " was switched before decision, seal and second gate");
    if (world_.old_fence_is_up) world_.wrong(agent.name + " was switched to a fenced green");
    agent.intent = agent.on_green = true;
    agent.paused = false;
    return done();
  };
  return act_on_agents("switch_bouncers",
                       [this, switch_over](FakeAgent& agent) { return owned(agent, switch_over); });
}

Task<Outcome> FakeFleet::run_hook(Hook hook) {
  return act(name_of(hook), [] { return done(); });
}

Task<void> FakeFleet::report_phase(std::string) {
  co_return;
}

}  // namespace cutover::scenarios
