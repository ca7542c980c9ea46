// gather runs its tasks at once and ends when all have ended.
#include "common/async/gather.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "common/async/signal.h"
#include "common/async/within.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Lets coroutines go on in a given order, whatever the order they were started in.
class Order {
 public:
  explicit Order(const boost::asio::any_io_executor& executor) : moved_(executor) {}

  /// Returns once every lower number has been here; numbers count from 0.
  Task<void> turn_of(int number) {
    while (next_ < number) co_await moved_.wait();
    ++next_;
    moved_.wake();
  }
  int passed() const { return next_; }

 private:
  int next_ = 0;
  Signal moved_;
};

constexpr int never = 1'000'000;

Task<std::string> say(std::string text, Order& order, int turn) {
  co_await order.turn_of(turn);
  co_return text;
}

Task<std::string> fail(std::string text, Order& order, int turn) {
  co_await order.turn_of(turn);
  throw std::runtime_error(text);
}

Task<void> pass(Order& order, int turn) {
  co_await order.turn_of(turn);
}

Task<void> fail_silently(Order& order, int turn) {
  co_await order.turn_of(turn);
  throw std::runtime_error("broken");
}

/// Runs `task` to its end; what it throws is thrown here.
void run(Task<void> task, boost::asio::io_context& context) {
  std::exception_ptr failure = std::make_exception_ptr(std::runtime_error("it did not end"));
  boost::asio::co_spawn(context, std::move(task),
                        [&](std::exception_ptr thrown) { failure = thrown; });
  context.run_for(10s);
  if (failure) std::rethrow_exception(failure);
}
void run(Task<void> task) {
  boost::asio::io_context context;
  run(std::move(task), context);
}

TEST(Gather, ResultsComeInTheOrderOfTheTasks) {
  run([]() -> Task<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    Order order(executor);
    std::vector<Task<std::string>> tasks;
    tasks.push_back(say("slow", order, 2));
    tasks.push_back(say("quick", order, 0));
    tasks.push_back(say("middle", order, 1));
    const auto said = co_await gather(std::move(tasks));
    EXPECT_EQ(said, (std::vector<std::string>{"slow", "quick", "middle"}));
  }());
}

TEST(Gather, AllTasksRunAtOnceSoThatTheFirstMayWaitForTheLast) {
  run([]() -> Task<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    Order order(executor);
    std::vector<Task<std::string>> tasks;
    for (int i = 49; i >= 0; --i) tasks.push_back(say("x", order, i));
    const auto said = co_await gather(std::move(tasks));
    EXPECT_EQ(said.size(), 50u);
  }());
}

TEST(Gather, NoTasksGiveNoResults) {
  run([]() -> Task<void> {
    std::vector<Task<std::string>> none;
    const auto said = co_await gather(std::move(none));
    EXPECT_TRUE(said.empty());
  }());
}

TEST(Gather, TheFirstExceptionIsThrownAfterAllHaveEnded) {
  boost::asio::io_context elsewhere;
  Order order(elsewhere.get_executor());
  auto failing = [](Order& by) -> Task<void> {
    std::vector<Task<void>> tasks;
    tasks.push_back(pass(by, 2));
    tasks.push_back(fail_silently(by, 0));
    tasks.push_back(pass(by, 1));
    co_await gather(std::move(tasks));
  };
  try {
    run(failing(order), elsewhere);
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "broken");
  }
  EXPECT_EQ(order.passed(), 3);
}

TEST(Gather, AnExceptionOfATaskWithAResultPropagates) {
  EXPECT_THROW(run([]() -> Task<void> {
                 const auto executor = co_await boost::asio::this_coro::executor;
                 Order order(executor);
                 std::vector<Task<std::string>> tasks;
                 tasks.push_back(say("x", order, 1));
                 tasks.push_back(fail("broken", order, 0));
                 co_await gather(std::move(tasks));
               }()),
               std::runtime_error);
}

TEST(Gather, ResultsNeedNoDefaultConstructor) {
  run([]() -> Task<void> {
    std::vector<Task<std::reference_wrapper<const int>>> tasks;
    static const int answer = 42;
    tasks.push_back(
        []() -> Task<std::reference_wrapper<const int>> { co_return std::cref(answer); }());
    const auto results = co_await gather(std::move(tasks));
    EXPECT_EQ(results.front().get(), 42);
  }());
}

TEST(Gather, ALimitAroundItCancelsEveryTask) {
  const auto begun = Clock::now();
  run([]() -> Task<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    Order order(executor);
    std::vector<Task<std::string>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(say("x", order, never));
    auto all = gather(std::move(tasks));
    const auto said = co_await within(20ms, std::move(all));
    EXPECT_FALSE(said.has_value());
  }());
  EXPECT_LT(Clock::now() - begun, 5s);
}

}  // namespace
}  // namespace cutover
