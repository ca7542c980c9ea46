// The acts of a simulated agent: the record is written before its effect, as the real one does.
#include "tests/simulation/sim_agent.h"

namespace cutover::simulation {

using agent::Command;
using agent::Phase;

namespace {

constexpr microseconds drain_poll(500);

}  // namespace

void SimAgent::perform(const Work& work, const Then& then) {
  const auto fsync = world_.random.between(50, 600);
  switch (work.request.command) {
    case Command::claim_run:
    case Command::claim_recovery:
      return later(fsync, [this, request = work.request, then] { claim(request, then); });
    case Command::arm:
      return later(fsync, [this, then] {
        is_staged_ = true;
        record_.phase = Phase::armed;
        then(done());
      });
    case Command::pause:
      return pause(work, then);
    case Command::resume:
      return resume(then);
    case Command::switch_route:
      return later(fsync, [this, then] {
        if (record_.phase != Phase::switched) record_.phase = Phase::switching;
        record_.lease.reset();
        go_forward(then);
      });
    case Command::revert:
      return revert(then);
    default:
      return then(done());
  }
}

void SimAgent::claim(const AgentRequest& request, const Then& then) {
  const auto& rule = rule_of(request);
  if (request.command == Command::claim_run) is_staged_ = false;
  record_.phase = rule.phase_after(record_.phase);
  record_.claim = {request.claim.run_id, request.claim.epoch};
  record_.recovery = request.command == Command::claim_recovery;
  if (!record_.recovery) record_.lease_expiries = 0;
  then(done());
}

void SimAgent::pause(const Work& work, const Then& then) {
  if (record_.phase == Phase::paused && !is_prepared_) {
    auto outcome = renew(work.request);
    if (outcome.is_done() && !bouncer_.is_drained()) outcome = in_doubt("it is not drained");
    return then(outcome);
  }
  stops_drain_ = false;
  if (record_.phase != Phase::paused) {
    prepare_pause(work.request.lease);
  } else if (agent::time_left(*record_.lease, boot_time()) <= work.request.drain_timeout) {
    const auto kept = renew(work.request);
    if (!kept.is_done()) return then(kept);
  }
  if (work.request.only_prepare) return then(done());
  is_prepared_ = false;
  const auto deadline = world_.clock.now() + work.request.drain_timeout;
  later(world_.random.between(100, 800), [this, deadline, then] {
    bouncer_.pause();
    check_pause_ends(bouncer_.pauses());
    wait_for_drain(deadline, then);
  });
}

void SimAgent::prepare_pause(milliseconds lease) {
  is_prepared_ = true;
  record_.phase = Phase::paused;
  record_.lease = agent::lease_from(boot_time(), lease);
  grant(lease);
  watch_lease();
}

void SimAgent::wait_for_drain(TimePoint deadline, const Then& then) {
  const bool lease_is_over = !record_.lease || (agent::has_run_out(*record_.lease, boot_time()) &&
                                                !world_.has(Mutation::no_lease));
  if (bouncer_.is_drained() && !lease_is_over && !stops_drain_) return then(done());
  if (lease_is_over || stops_drain_ || world_.clock.now() >= deadline) {
    return resume([then](const Outcome&) { then(refused("it did not drain in time")); });
  }
  later(drain_poll, [this, deadline, then] { wait_for_drain(deadline, then); });
}

Outcome SimAgent::renew(const AgentRequest& request) {
  if (!record_.lease) return refused("nothing is paused");
  const auto longer = agent::renewed(*record_.lease, boot_time(), request.lease);
  if (!longer) return refused("the lease ran out");
  record_.lease = longer;
  grant(request.lease);
  return done();
}

void SimAgent::resume(const Then& then) {
  later(world_.random.between(50, 400), [this, then] {
    bouncer_.resume();
    if (record_.phase == Phase::paused) {
      record_.phase = Phase::armed;
      record_.lease.reset();
    }
    then(done());
  });
}

/// Rename, then RELOAD, verify, RESUME; the phase says switched at the end.
void SimAgent::go_forward(const Then& then) {
  if (!is_staged_ && !bouncer_.green_on_disk) return then(in_doubt("nothing is staged"));
  later(world_.random.between(50, 800), [this, then] {
    bouncer_.green_on_disk = true;
    later(world_.random.between(50, 800), [this, then] {
      bouncer_.reload();
      bouncer_.resume();
      record_.phase = Phase::switched;
      then(done());
    });
  });
}

void SimAgent::revert(const Then& then) {
  const Then drop = [this, then](const Outcome&) {
    record_.phase = Phase::idle;
    record_.lease.reset();
    is_staged_ = false;
    then(done());
  };
  if (record_.phase == Phase::paused || record_.recovery) return resume(drop);
  later(world_.random.between(50, 600), [drop] { drop(done()); });
}

}  // namespace cutover::simulation
