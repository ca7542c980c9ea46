// The acting commands from pause to revert, each called with the turn held and the rules' leave.
// Each writes the record before its effect: the lease before PAUSE is sent, the intent before a
// file is renamed. Claim and arm are in arm.cpp.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "agent/agent.h"
#include "agent/log.h"
#include "common/async/gather.h"
#include "common/base/outcomes.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds shortest_lease{100};
constexpr std::chrono::milliseconds longest_lease{600'000};

std::chrono::milliseconds lease_of(std::uint32_t wanted_ms) {
  return std::clamp(std::chrono::milliseconds(wanted_ms), shortest_lease, longest_lease);
}

proto::RenewCommand renewal_of(const proto::PauseCommand& command) {
  proto::RenewCommand renewal;
  renewal.set_lease_ms(command.lease_ms());
  return renewal;
}

/// What a reader of the log wants to know of it, besides its name.
LogFields described(const proto::Request& request) {
  LogFields fields{{"epoch", std::to_string(request.epoch())}};
  if (request.has_report_phase()) fields.emplace_back("phase", request.report_phase().phase());
  if (request.has_arm()) fields.emplace_back("entries", std::to_string(request.arm().moves_size()));
  if (request.has_pause())
    fields.emplace_back("drain_timeout_ms", std::to_string(request.pause().drain_timeout_ms()));
  return fields;
}

std::string seconds_text(std::chrono::microseconds duration) {
  return std::to_string(std::chrono::duration<double>(duration).count());
}

}  // namespace

Task<Outcome> Agent::act(Command command, proto::Request request, BootTime received) {
  const std::string name = name_of(command);
  set_log_run(request.run_id());  // of a claim, before the record knows it
  log_info(name, described(request));
  Outcome outcome = in_doubt(name + " is no acting command");
  switch (command) {
    case Command::claim_run:
    case Command::claim_recovery:
      outcome = co_await claim(command, request);
      break;
    case Command::arm:
      outcome = co_await arm(request.arm());
      break;
    case Command::pause:
      outcome = co_await pause(request.pause(), received);
      break;
    case Command::resume:
      outcome = co_await resume("abort");
      break;
    case Command::switch_route:
      outcome = co_await switch_route();
      break;
    case Command::revert:
      outcome = co_await revert();
      break;
    case Command::report_phase:
      outcome = report_phase(request.report_phase());
      break;
    default:
      break;
  }
  co_return outcome;
}

Task<Outcome> Agent::pause_all(std::chrono::steady_clock::time_point deadline) {
  std::vector<Task<Outcome>> pausing;
  for (Bouncer* const bouncer : involved()) {
    PauseOrder order{moves_of(*bouncer), deadline, stop_drain_, [this] { pause_started(); }};
    pausing.push_back(bouncer->pause(std::move(order)));
  }
  const auto outcomes = co_await gather(std::move(pausing));
  co_return worst_of(outcomes);
}

/// Of a lease that was put on disk earlier, while agents with slower disks did the same.
bool Agent::may_run_out_while_draining(const proto::PauseCommand& command,
                                       const BootTime& received) const {
  const std::chrono::milliseconds drain(command.drain_timeout_ms());
  return !record_.lease || time_left(*record_.lease, received) <= drain;
}

Task<Outcome> Agent::pause(proto::PauseCommand command, BootTime received) {
  if (record_.phase == Phase::paused && pause_started_) {
    auto again = co_await pause_again(command, received);
    co_return again;
  }
  stop_drain_ = StopSign(executor_);  // first: who calls it off from here on is heard
  if (record_.phase != Phase::paused) {
    auto prepared = co_await prepare_pause(command, received);
    if (!prepared.is_done()) co_return prepared;
  } else if (may_run_out_while_draining(command, received)) {
    auto kept = renew(renewal_of(command), received);
    if (!kept.is_done()) co_return kept;
  }
  if (command.only_prepare()) co_return done();
  auto paused = co_await pause_now(command);
  co_return paused;
}

/// All that takes time and holds nobody up yet.
Task<Outcome> Agent::prepare_pause(proto::PauseCommand command, BootTime received) {
  for (Bouncer* const bouncer : involved()) {
    const std::size_t entries = moves_of(*bouncer).size();
    const auto ready = co_await bouncer->prepare_pause(entries);
    if (!ready.is_done()) co_return ready;
  }
  AgentRecord next = record_;
  next.phase = Phase::paused;
  next.lease = lease_from(received, lease_of(command.lease_ms()));
  const auto saved = save(std::move(next));
  if (!saved.is_done()) co_return saved;
  start_lease_loop();
  co_return done();
}

Task<Outcome> Agent::pause_now(proto::PauseCommand command) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(command.drain_timeout_ms());
  const Outcome paused = co_await pause_all(deadline);
  if (paused.is_done() && !is_lease_over()) {
    log_info("paused", {{"seconds", seconds_text(time_paused())}});
    co_return done();
  }

  const auto resumed = co_await resume("abort");
  if (!resumed.is_done()) co_return in_doubt(paused.detail + "; " + resumed.detail, resumed.hint);
  if (paused.is_done()) co_return refused("the lease ran out while draining", "raise `lease`");
  co_return refused(paused.detail, paused.hint);
}

Task<Outcome> Agent::pause_again(proto::PauseCommand command, BootTime received) {
  const auto renewed = renew(renewal_of(command), received);
  if (!renewed.is_done()) co_return renewed;
  for (Bouncer* const bouncer : involved()) {
    const Moves moves = moves_of(*bouncer);
    const auto sight = co_await look_at(bouncer->console(), moves);
    if (sight.has_error()) co_return in_doubt(within_context(bouncer->name(), sight.error()));
    if (!sight.value().is_drained())
      co_return in_doubt(bouncer->name() + ": the pause that is held is not drained",
                         "resume, then pause again");
  }
  co_return done();
}

Outcome Agent::renew(const proto::RenewCommand& command, const BootTime& received) {
  if (!record_.lease) return refused("nothing is paused: there is no lease to renew");
  const auto longer = renewed(*record_.lease, received, lease_of(command.lease_ms()));
  if (!longer)
    return refused("the lease ran out: the pause is being ended", "pause again, or resume");
  AgentRecord next = record_;
  next.lease = longer;
  return save(std::move(next));
}

Task<Outcome> Agent::resume_all() {
  std::vector<Task<Outcome>> resuming;
  for (Bouncer* const bouncer : involved()) {
    const Moves moves = moves_of(*bouncer);
    resuming.push_back(bouncer->resume(moves));
  }
  const auto outcomes = co_await gather(std::move(resuming));
  co_return worst_of(outcomes);
}

Task<Outcome> Agent::resume(const char* reason) {
  // A recovery of lost state cannot know what was paused here; a run knows that it was not it.
  if (record_.moves.empty() && !record_.recovery) co_return done();
  auto resumed = co_await resume_all();
  if (!resumed.is_done()) co_return resumed;
  if (record_.phase != Phase::paused) co_return resumed;
  pause_ended(reason);
  AgentRecord next = record_;
  next.phase = Phase::armed;
  next.lease.reset();
  co_return save(std::move(next));
}

Task<Outcome> Agent::switch_route() {
  if (!has_intent(record_.phase)) {
    const auto promised = save(promise_of(record_));
    if (!promised.is_done()) co_return promised;
    pause_started();
  }
  auto switched = co_await go_forward();
  if (!switched.is_done()) start_forward_loop();
  co_return switched;
}

Task<Outcome> Agent::go_forward() {
  std::vector<Outcome> outcomes;
  std::vector<Task<Outcome>> rerouting;
  for (Bouncer* const bouncer : involved()) {
    const Moves moves = moves_of(*bouncer);
    auto written = co_await bouncer->write_files(moves);
    // One whose file cannot be written must not keep the others from going on.
    if (written.is_done())
      rerouting.push_back(bouncer->go_to_new_route(moves));
    else
      outcomes.push_back(std::move(written));
  }
  auto rerouted = co_await gather(std::move(rerouting));
  outcomes.insert(outcomes.end(), rerouted.begin(), rerouted.end());
  Outcome worst = worst_of(outcomes);
  if (!worst.is_done()) co_return in_doubt(worst.detail, worst.hint);
  if (record_.phase != Phase::switched) {
    record_.phase = Phase::switched;
    pause_ended("switch");
    boost::asio::co_spawn(executor_, confirm_switch(), boost::asio::detached);
  }
  co_return worst;
}

Task<Outcome> Agent::revert() {
  if (record_.phase == Phase::paused || record_.recovery) {
    const auto resumed = co_await resume("abort");
    if (!resumed.is_done()) co_return resumed;
  }
  auto dropped = co_await drop_claim_work();
  co_return dropped;
}

Outcome Agent::report_phase(const proto::ReportPhaseCommand& command) {
  metrics_.report_phase(command.phase(), {command.gauges().begin(), command.gauges().end()});
  return done();
}

/// Counts from now, unless it does already.
void Agent::pause_started() {
  if (pause_started_) return;
  pause_started_ = std::chrono::steady_clock::now();
  metrics_.set("cutover_pause_started_timestamp_seconds", {}, unix_now());
}

void Agent::pause_ended(const char* reason) {
  if (!pause_started_) return;
  const auto lasted = time_paused();
  pause_started_.reset();
  metrics_.observe_pause(std::chrono::duration<double>(lasted).count());
  metrics_.set("cutover_pause_ended_timestamp_seconds", {}, unix_now());
  metrics_.count("cutover_resumes_total", {{"reason", reason}});
  log_info("pause ended", {{"reason", reason}, {"seconds", seconds_text(lasted)}});
  ++watches_;
  boost::asio::co_spawn(executor_, watch_queues(), boost::asio::detached);
}

}  // namespace cutover::agent
