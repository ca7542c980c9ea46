// What the agent does by itself: ends a pause whose lease ran out, and keeps the promise of an
// intent, for ever if need be.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "agent/agent.h"
#include "agent/log.h"
#include "agent/stragglers.h"
#include "common/async/gather.h"
#include "common/async/within.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds first_retry{50};
constexpr std::chrono::milliseconds last_retry{1000};
constexpr std::chrono::milliseconds lease_poll_limit{200};
constexpr std::chrono::milliseconds queue_limit{20'000};

/// 50 ms, doubling, at most 1 s.
class Retry {
 public:
  std::chrono::milliseconds next() {
    const auto now = delay_;
    delay_ = std::min(delay_ * 2, last_retry);
    return now;
  }

 private:
  std::chrono::milliseconds delay_ = first_retry;
};

/// Logs an outcome only when it differs from the one before: a retry for ever fills no disk.
class NewsOnly {
 public:
  void log(const char* event, const Outcome& outcome) {
    if (outcome.is_done() || outcome == last_) return;
    last_ = outcome;
    log_warning(event, {{"what", outcome.detail}, {"hint", outcome.hint}});
  }

 private:
  Outcome last_ = done();
};

}  // namespace

bool Agent::is_lease_over() const {
  return !record_.lease || has_run_out(*record_.lease, clock_.now());
}

void Agent::take_up() {
  if (record_.phase == Phase::switching) {
    log_info("taking up an intent");
    pause_started();
    start_forward_loop();
  }
  if (record_.phase == Phase::paused) {
    log_info("taking up a pause");
    pause_started();
    start_lease_loop();
  }
}

void Agent::start_metrics() {
  boost::asio::co_spawn(executor_, metrics_loop(), boost::asio::detached);
}

void Agent::start_forward_loop() {
  if (forward_running_) return;
  forward_running_ = true;
  boost::asio::co_spawn(executor_, forward_loop(), boost::asio::detached);
}

void Agent::start_lease_loop() {
  if (lease_running_) return;
  lease_running_ = true;
  boost::asio::co_spawn(executor_, lease_loop(), boost::asio::detached);
}

Task<void> Agent::forward_loop() {
  Retry retry;
  NewsOnly news;
  while (record_.phase == Phase::switching) {
    {
      const auto turn = co_await turns_.take();
      if (record_.phase != Phase::switching) break;
      const auto outcome = co_await go_forward();
      news.log("switch, trying again", outcome);
      if (outcome.is_done()) log_info("switched");
    }
    if (record_.phase == Phase::switching) co_await sleep_for(retry.next());
  }
  forward_running_ = false;
}

/// True when there is nothing left to end.
Task<bool> Agent::end_expired_pause() {
  stop_drain_.raise();
  const auto turn = co_await turns_.take();
  if (record_.phase != Phase::paused) co_return true;
  if (!is_lease_over()) co_return false;
  const std::uint32_t expiries = record_.lease_expiries + 1;
  const auto outcome = co_await resume_all();
  if (!outcome.is_done()) {
    log_warning("lease ran out, resuming", {{"what", outcome.detail}});
    co_return false;
  }
  pause_ended("lease");
  AgentRecord next = record_;
  next.phase = Phase::armed;
  next.lease.reset();
  next.lease_expiries = expiries;
  // Written or not: nothing is paused any more, and a restart would find the same.
  record_ = next;
  const auto saved = save(std::move(next));
  log_warning("the lease ran out: clients are served on the old route");
  static_cast<void>(saved);  // logged there
  co_return true;
}

Task<void> Agent::lease_loop() {
  Retry retry;
  while (record_.phase == Phase::paused) {
    if (is_lease_over()) {
      const bool ended = co_await end_expired_pause();
      if (ended) break;
      co_await sleep_for(retry.next());
      continue;
    }
    const auto left = time_left(*record_.lease, clock_.now());
    co_await sleep_for(std::min(left, lease_poll_limit));
  }
  lease_running_ = false;
}

/// The record that the promise is kept may be late: before it is on disk a restart only goes
/// forward once more. So its fsync stays out of the reply's way.
Task<void> Agent::confirm_switch() {
  co_await sleep_for(first_retry);
  const auto turn = co_await turns_.take();
  if (record_.phase != Phase::switched) co_return;
  const auto saved = save(record_);
  static_cast<void>(saved);  // logged there
}

Task<void> Agent::watch_queues() {
  std::vector<Task<Outcome>> watching;
  for (Bouncer* const bouncer : involved()) {
    const Moves moves = moves_of(*bouncer);
    watching.push_back(bouncer->watch_queue(moves, queue_limit));
    if (record_.phase == Phase::switched)
      watching.push_back(wait_for_stragglers(bouncer->console(), moves, queue_limit));
  }
  const auto outcomes = co_await gather(std::move(watching));
  for (const Outcome& outcome : outcomes)
    if (!outcome.detail.empty()) log_warning("after the pause", {{"what", outcome.detail}});
  --watches_;
}

Task<void> Agent::wind_up() {
  stop_drain_.raise();
  const auto turn = co_await turns_.take();
  if (record_.phase == Phase::paused) {
    const auto resumed = co_await resume("abort");
    if (!resumed.is_done()) log_error("resuming at the end", {{"what", resumed.detail}});
  }
  for (const auto& bouncer : bouncers_) co_await bouncer->put_back_login_retry();
}

Task<bool> Agent::settle(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (record_.phase == Phase::switching || record_.phase == Phase::paused || watches_ > 0) {
    if (std::chrono::steady_clock::now() >= deadline) co_return false;
    co_await sleep_for(first_retry);
  }
  co_return true;
}

}  // namespace cutover::agent
