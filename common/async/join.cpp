#include "common/async/join.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "common/async/within.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

auto as_operation(const asio::any_io_executor& executor, Task<void> task) {
  return asio::co_spawn(executor, std::move(task), asio::deferred);
}

using Operation =
    decltype(as_operation(std::declval<asio::any_io_executor>(), std::declval<Task<void>>()));

std::vector<Operation> as_operations(const asio::any_io_executor& executor,
                                     std::vector<Task<void>> tasks) {
  std::vector<Operation> operations;
  operations.reserve(tasks.size());
  for (auto& task : tasks) operations.push_back(as_operation(executor, std::move(task)));
  return operations;
}

}  // namespace

Task<void> gather(std::vector<Task<void>> tasks) {
  if (tasks.empty()) co_return;
  const auto executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(as_operations(executor, std::move(tasks)));
  auto all = group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  const auto ended = co_await std::move(all);
  for (const std::exception_ptr& failure : std::get<1>(ended))
    if (failure) std::rethrow_exception(failure);
}

Task<std::size_t> first_of(Task<void> one, Task<void> other) {
  const auto executor = co_await asio::this_coro::executor;
  std::vector<Task<void>> tasks;
  tasks.push_back(std::move(one));
  tasks.push_back(std::move(other));
  auto group = asio::experimental::make_parallel_group(as_operations(executor, std::move(tasks)));
  auto first = group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  const auto ended = co_await std::move(first);
  const std::size_t winner = std::get<0>(ended).front();
  if (std::get<1>(ended)[winner]) std::rethrow_exception(std::get<1>(ended)[winner]);
  co_return winner;
}

Task<void> sleep_for(std::chrono::steady_clock::duration duration) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, duration);
  co_await timer.async_wait(asio::use_awaitable);
}

Task<bool> within(std::chrono::steady_clock::duration limit, Task<void> task) {
  const auto winner = co_await first_of(std::move(task), sleep_for(limit));
  co_return winner == 0;
}

}  // namespace cutover
