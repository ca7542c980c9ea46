// Runs one coroutine on an io_context to its end, with a limit.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

#include "common/async/task.h"

namespace cutover {

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& slot) {
  T value = co_await std::move(task);
  slot.emplace(std::move(value));
}

/// Turns the context until `reached`, at most 20 s.
template <class Condition>
bool run_until(boost::asio::io_context& context, Condition reached) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!reached() && std::chrono::steady_clock::now() < give_up) {
    context.restart();
    context.run_one_for(std::chrono::milliseconds(100));
  }
  return reached();
}

template <class T>
T run(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> result;
  std::optional<std::exception_ptr> ended;  // after it nothing refers to this frame any more
  boost::asio::co_spawn(context, keep(std::move(task), result),
                        [&](std::exception_ptr thrown) { ended = thrown; });
  if (!run_until(context, [&] { return ended.has_value(); }))
    throw std::runtime_error("the coroutine did not end in time");
  if (*ended) std::rethrow_exception(*ended);
  return std::move(*result);
}

}  // namespace cutover
