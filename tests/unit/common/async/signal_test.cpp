// Signals wake waiters; a lock lets one through at a time.
#include "common/async/signal.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "common/async/within.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;

struct Async : testing::Test {
  boost::asio::io_context context;
  void start(Task<void> task) {
    boost::asio::co_spawn(context, std::move(task), boost::asio::detached);
  }
};
using SignalTest = Async;
using LockTest = Async;

TEST_F(SignalTest, WakesEveryoneWhoWaitsAndNobodyLater) {
  Signal signal(context.get_executor());
  int woken = 0;
  auto wait = [](Signal& what, int& count) -> Task<void> {
    co_await what.wait();
    ++count;
  };
  start(wait(signal, woken));
  start(wait(signal, woken));
  context.poll();
  EXPECT_EQ(woken, 0);
  signal.wake();
  context.poll();
  EXPECT_EQ(woken, 2);
  start(wait(signal, woken));
  context.poll();
  EXPECT_EQ(woken, 2);
}

Task<void> pass(Lock& lock, int& inside, int& most_inside, int& passed) {
  const auto held = co_await lock.acquire();
  most_inside = std::max(most_inside, ++inside);
  co_await boost::asio::post(boost::asio::use_awaitable);  // everybody else gets a turn
  --inside;
  ++passed;
}

TEST_F(LockTest, OneAtATimeAndEveryoneInTheEnd) {
  Lock lock(context.get_executor());
  int inside = 0;
  int most_inside = 0;
  int passed = 0;
  for (int i = 0; i < 20; ++i) start(pass(lock, inside, most_inside, passed));
  context.run_for(10s);
  EXPECT_EQ(passed, 20);
  EXPECT_EQ(most_inside, 1);
  EXPECT_FALSE(lock.is_held());
}

TEST_F(LockTest, AWaiterThatGivesUpDoesNotTakeIt) {
  Lock lock(context.get_executor());
  std::optional<bool> got_it;
  auto hold = [](Lock& what, std::optional<bool>& slot) -> Task<void> {
    const auto held = co_await what.acquire();
    auto second = [](Lock& same) -> Task<void> { const auto mine = co_await same.acquire(); };
    auto waiting = second(what);
    slot = co_await within(5ms, std::move(waiting));
  };
  start(hold(lock, got_it));
  context.run_for(10s);
  EXPECT_EQ(got_it, std::optional(false));
  EXPECT_FALSE(lock.is_held());
}

TEST_F(SignalTest, WhatACancelledTaskReturnsIsNotItsResult) {
  std::optional<bool> has_result;
  auto give_up = [](std::optional<bool>& slot) -> Task<void> {
    auto wait = []() -> Task<int> {
      const auto executor = co_await boost::asio::this_coro::executor;
      Signal never(executor);
      co_await never.wait();
      co_return 1;
    };
    const auto result = co_await within(5ms, wait());
    slot = result.has_value();
  };
  start(give_up(has_result));
  context.run_for(10s);
  EXPECT_EQ(has_result, std::optional(false));
}

}  // namespace
}  // namespace cutover
