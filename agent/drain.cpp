// See drain.h. Why each precaution is there: closing a server in login makes PgBouncer refuse
// clients for server_login_retry; after any WAIT_CLOSE it answers PAUSE early, with that tag; a
// PAUSE that never completes lives on when its connection is closed.
#include "agent/drain.h"

#include <algorithm>

#include "agent/resume.h"
#include "agent/still_in_use.h"
#include "common/async/gather.h"
#include "common/async/within.h"

namespace cutover::agent {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds poll{1};
constexpr const char* drain_hint =
    "end what is named, on the server itself: SELECT pg_terminate_backend(PID), never a cancel "
    "through PgBouncer; `cutover sessions` shows the longest transactions; or raise drain_timeout";

std::chrono::milliseconds time_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

/// Nothing when the order was withdrawn or its time is up.
std::optional<Outcome> why_to_stop(const PauseOrder& order, const char* doing) {
  if (order.stop.is_raised())
    return refused(std::string("the pause was called off while ") + doing);
  if (Clock::now() >= order.deadline)
    return refused(std::string("the drain timeout passed while ") + doing, drain_hint);
  return std::nullopt;
}

/// The look at which no server login is in flight.
Task<Result<Sight>> wait_for_no_login(Console& console, PauseOrder order) {
  while (true) {
    const auto sight = co_await look_at(console, order.moves);
    if (sight.has_error() || sight.value().pools.servers_logging_in == 0) co_return sight;
    const auto stop = why_to_stop(order, "waiting for server logins to end");
    if (stop) co_return Error{stop->detail, "see PgBouncer's log: does the server answer logins?"};
    co_await sleep_for(poll);
  }
}

std::vector<std::string> pause_commands(const Sight& sight) {
  if (sight.serves_only_moved || sight.moves_fallback) return {"PAUSE"};
  std::vector<std::string> commands;
  for (const ConsoleRow& row : sight.entries)
    if (text_of(row, "paused") != "1")
      commands.push_back("PAUSE " + quoted_entry(text_of(row, "name")));
  return commands;
}

Task<Outcome> send_pause(Console& console, std::string command, Clock::time_point deadline) {
  const auto limit = time_until(deadline);
  const auto answer = co_await console.ask(command, limit);
  if (answer.has_error()) {
    Error error = console_error(command, answer.error());
    if (answer.error().lost && Clock::now() >= deadline) error.hint = drain_hint;
    co_return refused(error);
  }
  const std::string& tag = answer.value().tag;
  if (tag != "PAUSE")
    co_return refused(command + " was answered with the tag " + tag,
                      "WAIT_CLOSE was used on this PgBouncer: until it is restarted it cannot say "
                      "when it is drained");
  co_return done();
}

/// Every PAUSE at once, since each waits for all.
Task<Outcome> send_pauses(Console& console, std::vector<std::string> commands,
                          Clock::time_point deadline) {
  std::vector<Task<Outcome>> sending;
  for (const std::string& command : commands)
    sending.push_back(send_pause(console, command, deadline));
  const auto outcomes = co_await gather(std::move(sending));
  for (const Outcome& outcome : outcomes)
    if (!outcome.is_done()) co_return outcome;
  co_return done();
}

Task<Outcome> send_unless_stopped(Console& console, std::vector<std::string> commands,
                                  PauseOrder order) {
  auto sending = send_pauses(console, std::move(commands), order.deadline);
  const auto sent = co_await until(order.stop.raised(), std::move(sending));
  if (sent) co_return *sent;
  co_return refused("the pause was called off while draining");
}

Task<Outcome> wait_until_drained(Console& console, PauseOrder order) {
  while (true) {
    const auto sight = co_await look_at(console, order.moves);
    if (sight.has_error()) co_return refused(sight.error());
    if (!sight.value().is_paused())
      co_return refused("it is no longer paused",
                        "PgBouncer was restarted, or someone sent RESUME on its console");
    if (sight.value().is_drained()) co_return done();
    const auto stop = why_to_stop(order, "server connections were still in use");
    if (stop) co_return *stop;
    co_await sleep_for(poll);
  }
}

Task<Outcome> try_to_pause(Console& console, PauseOrder order, Sight sight) {
  if (!sight.is_paused()) {
    const auto resumable = co_await check_it_can_be_resumed(console);
    if (!resumable.is_done()) co_return resumable;
    if (order.held) order.held();
    auto commands = pause_commands(sight);
    const auto sent = co_await send_unless_stopped(console, std::move(commands), order);
    if (!sent.is_done()) co_return sent;
  } else if (order.held) {
    order.held();
  }
  auto drained = co_await wait_until_drained(console, order);
  co_return drained;
}

}  // namespace

Task<Outcome> pause_and_drain(Console& console, PauseOrder order) {
  auto sight = co_await wait_for_no_login(console, order);
  if (sight.has_error()) {
    order.stop.raise();
    co_return refused(sight.error());
  }
  if (sight.value().entries.empty()) co_return done();
  auto paused = co_await try_to_pause(console, order, std::move(sight.value()));
  if (paused.is_done()) co_return paused;
  order.stop.raise();  // the pause has failed for all processes that share the order
  std::vector<ConsoleRow> in_use;
  if (Clock::now() >= order.deadline) in_use = co_await servers_in_use(console, order.moves);
  const auto resumed = co_await resume_entries(console, order.moves);
  const auto who = co_await who_uses(console, std::move(in_use));
  if (!who.empty()) paused.detail += "; still in use: " + who;
  if (resumed.is_done()) co_return paused;
  co_return in_doubt(paused.detail + "; and the RESUME after it: " + resumed.detail, resumed.hint);
}

}  // namespace cutover::agent
