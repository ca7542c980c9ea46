// gather runs its tasks at once and ends when all have ended.
#include "common/async/gather.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "common/async/within.h"

namespace cutover {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Task<std::string> say(std::string text, std::chrono::milliseconds after) {
  co_await sleep_for(after);
  co_return text;
}

Task<std::string> fail(std::string text, std::chrono::milliseconds after) {
  co_await sleep_for(after);
  throw std::runtime_error(text);
}

Task<void> count(int& counter, std::chrono::milliseconds after) {
  co_await sleep_for(after);
  ++counter;
}

/// Runs `task` to its end; what it throws is thrown here.
void run(Task<void> task) {
  boost::asio::io_context context;
  std::exception_ptr failure = std::make_exception_ptr(std::runtime_error("it did not end"));
  boost::asio::co_spawn(context, std::move(task),
                        [&](std::exception_ptr thrown) { failure = thrown; });
  context.run_for(10s);
  if (failure) std::rethrow_exception(failure);
}

TEST(Gather, ResultsComeInTheOrderOfTheTasks) {
  run([]() -> Task<void> {
    std::vector<Task<std::string>> tasks;
    tasks.push_back(say("slow", 30ms));
    tasks.push_back(say("quick", 0ms));
    tasks.push_back(say("middle", 10ms));
    const auto said = co_await gather(std::move(tasks));
    EXPECT_EQ(said, (std::vector<std::string>{"slow", "quick", "middle"}));
  }());
}

TEST(Gather, TakesAsLongAsTheSlowestAndNotAsAllTogether) {
  const auto begun = Clock::now();
  run([]() -> Task<void> {
    std::vector<Task<std::string>> tasks;
    for (int i = 0; i < 50; ++i) tasks.push_back(say("x", 40ms));
    const auto said = co_await gather(std::move(tasks));
    EXPECT_EQ(said.size(), 50u);
  }());
  EXPECT_GE(Clock::now() - begun, 40ms);
  EXPECT_LT(Clock::now() - begun, 1s);
}

TEST(Gather, NoTasksGiveNoResults) {
  run([]() -> Task<void> {
    std::vector<Task<std::string>> none;
    const auto said = co_await gather(std::move(none));
    EXPECT_TRUE(said.empty());
  }());
}

TEST(Gather, TheFirstExceptionIsThrownAfterAllHaveEnded) {
  int ended = 0;
  auto failing = [](int& counter) -> Task<void> {
    std::vector<Task<void>> tasks;
    tasks.push_back(count(counter, 30ms));
    tasks.push_back([]() -> Task<void> {
      co_await sleep_for(1ms);
      throw std::runtime_error("broken");
    }());
    tasks.push_back(count(counter, 10ms));
    co_await gather(std::move(tasks));
  };
  try {
    run(failing(ended));
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "broken");
  }
  EXPECT_EQ(ended, 2);
}

TEST(Gather, AnExceptionOfATaskWithAResultPropagates) {
  EXPECT_THROW(run([]() -> Task<void> {
                 std::vector<Task<std::string>> tasks;
                 tasks.push_back(say("x", 5ms));
                 tasks.push_back(fail("broken", 1ms));
                 co_await gather(std::move(tasks));
               }()),
               std::runtime_error);
}

TEST(Gather, ResultsNeedNoDefaultConstructor) {
  run([]() -> Task<void> {
    std::vector<Task<std::reference_wrapper<const int>>> tasks;
    static const int answer = 42;
    tasks.push_back([]() -> Task<std::reference_wrapper<const int>> {
      co_await sleep_for(1ms);
      co_return std::cref(answer);
    }());
    const auto results = co_await gather(std::move(tasks));
    EXPECT_EQ(results.front().get(), 42);
  }());
}

TEST(Gather, ALimitAroundItCancelsEveryTask) {
  const auto begun = Clock::now();
  run([]() -> Task<void> {
    std::vector<Task<std::string>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(say("x", 60s));
    auto all = gather(std::move(tasks));
    const auto said = co_await within(20ms, std::move(all));
    EXPECT_FALSE(said.has_value());
  }());
  EXPECT_LT(Clock::now() - begun, 5s);
}

}  // namespace
}  // namespace cutover
