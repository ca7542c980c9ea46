// Runs one coroutine to its end on an io_context of its own, so that tests read straight down.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "common/async/task.h"

namespace cutover::postgres {

/// Connections hold no executor: one may be used in several runs.
template <class T>
T run(Task<T> task) {
  boost::asio::io_context io;
  std::exception_ptr thrown;
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
    thrown = error;
    result.emplace(std::move(value));
  });
  io.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*result);
}

}  // namespace cutover::postgres
