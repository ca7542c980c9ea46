// Coroutines that run at the same time on one thread: all of them, or until the first has ended.
// What is heavy in Asio's templates is compiled once, in join.cpp.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "common/async/task.h"

namespace cutover {

/// Returns when every task has ended; then the first exception in the order of `tasks`, if any, is
/// thrown. Cancelling the caller cancels all of them.
Task<void> gather(std::vector<Task<void>> tasks);

/// Returns when one has ended and the other, which is cancelled then, has too: 0 or 1, which was
/// first. An exception of the first is thrown, one of the other is not.
Task<std::size_t> first_of(Task<void> one, Task<void> other);

namespace detail {

template <class T>
Task<void> keep_result(Task<T> task, std::optional<T>& slot) {
  T result = co_await std::move(task);
  slot.emplace(std::move(result));
}

}  // namespace detail

/// The result of `task`, or nothing when `end` ended first; `task` is then cancelled and has ended.
template <class T>
Task<std::optional<T>> until(Task<void> end, Task<T> task) {
  std::optional<T> result;
  const auto first =
      co_await first_of(detail::keep_result(std::move(task), result), std::move(end));
  // A task that was cancelled often still returns a value, an error that says so: not its result.
  if (first == 1) result.reset();
  co_return result;
}

}  // namespace cutover
