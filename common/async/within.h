// Every wait has a limit: within(limit, task) runs an Asio coroutine and cancels it when the time
// is up.
#pragma once

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "common/async/join.h"
#include "common/async/task.h"

namespace cutover {

/// Suspends the calling coroutine for `duration`.
Task<void> sleep_for(std::chrono::steady_clock::duration duration);

/// The result of `task`, or nothing when `limit` passed first; `task` is then cancelled (terminal
/// cancellation at its next asynchronous operation) and has ended before this returns. An exception
/// of `task` is thrown here.
template <class T>
Task<std::optional<T>> within(std::chrono::steady_clock::duration limit, Task<T> task) {
  auto result = co_await until(sleep_for(limit), std::move(task));
  co_return result;
}

/// True when `task` ended before `limit` passed.
Task<bool> within(std::chrono::steady_clock::duration limit, Task<void> task);

}  // namespace cutover
