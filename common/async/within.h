// Every wait has a limit: within(limit, task) runs an Asio coroutine and cancels it when the time
// is up.
#pragma once

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "common/async/task.h"

namespace cutover {

/// Suspends the calling coroutine for `duration`.
inline Task<void> sleep_for(std::chrono::steady_clock::duration duration) {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, duration);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

/// The result of `task`, or nothing when `limit` passed first; `task` is then cancelled (terminal
/// cancellation at its next asynchronous operation) and has ended before this returns.
template <class T>
Task<std::optional<T>> within(std::chrono::steady_clock::duration limit, Task<T> task) {
  using boost::asio::experimental::awaitable_operators::operator||;
  auto race = std::move(task) || sleep_for(limit);
  auto winner = co_await std::move(race);
  if (winner.index() == 0) co_return std::optional<T>(std::move(std::get<0>(winner)));
  co_return std::optional<T>();
}

/// True when `task` ended before `limit` passed.
inline Task<bool> within(std::chrono::steady_clock::duration limit, Task<void> task) {
  using boost::asio::experimental::awaitable_operators::operator||;
  auto race = std::move(task) || sleep_for(limit);
  const auto winner = co_await std::move(race);
  co_return winner.index() == 0;
}

}  // namespace cutover
