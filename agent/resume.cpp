// See resume.h.
#include "agent/resume.h"

#include "common/async/within.h"

namespace cutover::agent {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds queue_poll{5};
constexpr std::chrono::milliseconds stuck_after{20};

/// One RESUME; nothing paused is done.
Task<Outcome> send_resume(Console& console, std::string command) {
  const auto answer = co_await console.ask(command);
  if (answer.has_value()) co_return done();
  if (answer.error().what.find("not paused") != std::string::npos) co_return done();
  co_return in_doubt(console_error(command, answer.error()));
}

Task<std::string> login_retry_of(Console& console) {
  const auto settings = co_await settings_of(console);
  if (settings.has_error()) co_return std::string();
  co_return text_of(settings.value(), "server_login_retry");
}

/// False when it could not: a rescue, and then PgBouncer's own retry remains.
Task<bool> set_login_retry(Console& console, std::string seconds) {
  const std::string command = "SET server_login_retry = '" + seconds + "'";
  const auto answer = co_await console.ask(command);
  co_return answer.has_value();
}

bool is_shutting_down(const std::string& what) {
  return what.find("shutting down") != std::string::npos;
}

/// While it shuts down it refuses this one always; that matters only where there is such a pause.
Task<Outcome> send_global_resume(Console& console) {
  auto outcome = co_await send_resume(console, "RESUME");
  if (outcome.is_done() || !is_shutting_down(outcome.detail)) co_return outcome;
  const auto paused = co_await is_globally_paused(console);
  if (paused.has_value() && !paused.value()) co_return done();
  outcome.hint = "it was told to stop, and from then on refuses RESUME: kill it and restart it";
  co_return outcome;
}

/// Tells from one look to the next how long a queue has stood with nobody serving it.
class StuckQueue {
 public:
  bool is_stuck(const PoolCounts& pools, Clock::time_point now) {
    const bool stands = pools.pools_stuck > 0;
    if (!stands) since_.reset();
    if (stands && !since_) since_ = now;
    return since_ && now - *since_ > stuck_after;
  }

 private:
  std::optional<Clock::time_point> since_;
};

}  // namespace

Task<Outcome> send_resumes(Console& console, std::vector<ConsoleRow> entries) {
  auto outcome = co_await send_global_resume(console);
  if (!outcome.is_done()) co_return outcome;
  for (const ConsoleRow& row : entries) {
    if (text_of(row, "paused") != "1") continue;
    const std::string command = "RESUME " + quoted_entry(text_of(row, "name"));
    outcome = co_await send_resume(console, command);
    if (!outcome.is_done()) co_return outcome;
  }
  co_return done();
}

Task<Outcome> check_it_can_be_resumed(Console& console) {
  if (!is_version_at_least(console.version(), 1, 23)) co_return done();
  const auto paused = co_await is_globally_paused(console);
  if (paused.has_error()) co_return refused(paused.error());
  if (paused.value()) co_return done();
  const auto answer = co_await console.ask("RESUME");
  if (answer.has_value()) co_return done();
  // Unanswered it may still be read, after the PAUSE that would follow.
  if (answer.error().lost) co_return refused(console_error("RESUME", answer.error()));
  if (!is_shutting_down(answer.error().what)) co_return done();
  co_return refused("it is shutting down: it would take a PAUSE and refuse every RESUME",
                    "restart PgBouncer, or wait until it has ended");
}

Task<Outcome> resume_entries(Console& console, Moves moves) {
  const auto before = co_await look_at(console, moves);
  if (before.has_error()) co_return in_doubt(before.error());
  const auto sent = co_await send_resumes(console, before.value().entries);
  if (!sent.is_done()) co_return sent;
  const auto after = co_await look_at(console, moves);
  if (after.has_error()) co_return in_doubt(after.error());
  bool left = after.value().globally_paused;
  for (const ConsoleRow& row : after.value().entries) left = left || text_of(row, "paused") == "1";
  if (left)
    co_return in_doubt("it is still paused after RESUME",
                       "someone else may have paused it; send RESUME on its console");
  co_return done();
}

Task<void> put_back(Console& console, LoginRetry& retry) {
  if (retry.before.empty()) co_return;
  const std::string before = retry.before;
  const bool is_back = co_await set_login_retry(console, before);
  if (is_back) retry.before.clear();
}

namespace {

Task<void> lower(Console& console, LoginRetry& retry) {
  const std::string found = co_await login_retry_of(console);
  if (found.empty() || !retry.before.empty()) co_return;  // another watch was first
  retry.before = found;
  const bool is_lowered = co_await set_login_retry(console, "0");
  static_cast<void>(is_lowered);  // put back in either case: it may have been read
}

/// Without putting anything back.
Task<Outcome> watch(Console& console, Moves moves, std::chrono::milliseconds limit,
                    LoginRetry& retry) {
  const auto deadline = Clock::now() + limit;
  const auto first = co_await look_at(console, moves);
  if (first.has_error()) co_return in_doubt(first.error());
  const MovedEntries entries(moves, first.value().databases);
  StuckQueue queue;
  Outcome outcome = done();
  while (Clock::now() < deadline) {
    const auto pools = co_await console.ask("SHOW POOLS");
    if (pools.has_error()) co_return in_doubt(console_error("SHOW POOLS", pools.error()));
    const PoolCounts counts = count_pools(pools.value().rows, entries);
    if (counts.pools_unserved == 0) break;
    if (retry.before.empty() && queue.is_stuck(counts, Clock::now())) {
      const auto sight = co_await look_at(console, moves);
      if (sight.has_error() || sight.value().any_paused) break;  // held again, on purpose
      co_await lower(console, retry);
      outcome.detail =
          "clients waited and nobody connected: server_login_retry was set to 0 "
          "until they were served";
    }
    co_await sleep_for(queue_poll);
  }
  co_return outcome;
}

}  // namespace

Task<Outcome> watch_queue(Console& console, Moves moves, std::chrono::milliseconds limit,
                          LoginRetry& retry) {
  auto outcome = co_await watch(console, std::move(moves), limit, retry);
  co_await put_back(console, retry);
  co_return outcome;
}

}  // namespace cutover::agent
