// Runs one coroutine to its end on an io_context of its own.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "common/async/task.h"

namespace cutover {

/// `make_task` gets the executor and returns the coroutine; what it throws is thrown here. Work
/// that the coroutine left running is dropped with the io_context.
template <class T, class MakeTask>
T run_task(MakeTask make_task) {
  boost::asio::io_context context(1);
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, make_task(context.get_executor()),
                        [&](std::exception_ptr thrown, T value) {
                          failure = thrown;
                          if (!thrown) result = std::move(value);
                          context.stop();
                        });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace cutover
