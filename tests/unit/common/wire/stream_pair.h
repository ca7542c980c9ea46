// Both ends of a connection on one io_context, and a way to run a coroutine to its end.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <stdexcept>

#include "common/async/within.h"
#include "common/wire/message_stream.h"

namespace cutover::wire {

inline std::array<int, 2> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::runtime_error("socketpair failed");
  return ends;
}

inline std::array<int, 2> pipe_pair() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe failed");
  return ends;
}

/// Runs `task` with a limit of 10 s; an exception or the limit fails the test.
template <class T>
T run(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> result;
  std::optional<std::exception_ptr> ended;  // after it nothing refers to this frame any more
  auto body = [](Task<T> inner, std::optional<T>& slot) -> Task<void> {
    T value = co_await std::move(inner);
    slot.emplace(std::move(value));
  };
  boost::asio::co_spawn(context, body(std::move(task), result),
                        [&](std::exception_ptr thrown) { ended = thrown; });
  context.restart();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!ended && std::chrono::steady_clock::now() < give_up)
    context.run_one_for(std::chrono::seconds(1));
  if (!ended) throw std::runtime_error("the coroutine did not end within 10 s");
  if (*ended) std::rethrow_exception(*ended);
  return std::move(*result);
}

}  // namespace cutover::wire
