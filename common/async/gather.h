// Runs many tasks at once on one thread: gather(tasks) takes as long as the slowest of them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "common/async/task.h"

namespace cutover {

/// Returns when every task has ended; then the first exception in the order of `tasks`, if any, is
/// thrown. Cancelling the caller cancels all of them.
inline Task<void> gather(std::vector<Task<void>> tasks) {
  namespace asio = boost::asio;
  if (tasks.empty()) co_return;
  const auto executor = co_await asio::this_coro::executor;
  using Operation = decltype(asio::co_spawn(executor, std::move(tasks.front()), asio::deferred));
  std::vector<Operation> operations;
  operations.reserve(tasks.size());
  for (auto& task : tasks)
    operations.push_back(asio::co_spawn(executor, std::move(task), asio::deferred));
  auto group = asio::experimental::make_parallel_group(std::move(operations));
  auto all = group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  const auto ended = co_await std::move(all);
  for (const std::exception_ptr& failure : std::get<1>(ended))
    if (failure) std::rethrow_exception(failure);
}

namespace detail {

template <class T>
Task<void> keep_result(Task<T> task, std::optional<T>& slot) {
  T result = co_await std::move(task);
  slot.emplace(std::move(result));
}

}  // namespace detail

/// The results in the order of `tasks`.
template <class T>
Task<std::vector<T>> gather(std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> slots(tasks.size());
  std::vector<Task<void>> keepers;
  keepers.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i)
    keepers.push_back(detail::keep_result(std::move(tasks[i]), slots[i]));
  co_await gather(std::move(keepers));
  std::vector<T> results;
  results.reserve(slots.size());
  for (auto& slot : slots) results.push_back(std::move(*slot));
  co_return results;
}

}  // namespace cutover
