// Time that passes only when nothing else can happen: coroutines sleep on it and plain events fire
// from it, in one order for one program. No real time passes.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "controller/cutover/fleet.h"

namespace cutover::scenarios {

using std::chrono::microseconds;

/// Whose waits end together: a process that is killed leaves none behind.
using ProcessId = std::uint32_t;

class VirtualClock {
  struct Key {
    TimePoint when;
    std::uint64_t serial;
    auto operator<=>(const Key&) const = default;
  };

 public:
  /// Ends one sleep early.
  struct Alarm {
    std::optional<Key> key;
  };
  using Callback = std::function<void()>;

  TimePoint now() const { return now_; }
  microseconds elapsed() const;

  /// Suspends the calling coroutine; it can be cancelled.
  Task<void> sleep(microseconds duration, ProcessId process = 0,
                   std::shared_ptr<Alarm> alarm = nullptr);
  /// Wakes who sleeps with this alarm, if anyone does.
  void ring(Alarm& alarm);
  /// Calls `callback` at that time, outside of every coroutine.
  void after(microseconds delay, Callback callback);

  /// Starts a coroutine of `process`; `ended` is called with its failure, if any.
  void spawn(Task<void> task, std::function<void(std::exception_ptr)> ended);
  /// Destroys every coroutine of `process` where it waits, as kill -9 would. Not to be called from
  /// inside one of them.
  void kill(ProcessId process);

  /// Lets time pass until `is_over`; throws std::logic_error when nothing is left to wait for, or
  /// after `limit`.
  void run_until(const std::function<bool()>& is_over, microseconds limit);
  void pass(microseconds duration);

  /// Runs one task to its end and returns what it returns.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    run_to_the_end(keep(std::move(task), result));
    return std::move(*result);
  }

 private:
  using Handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;
  struct Entry {
    Callback callback;                ///< a plain event, or
    std::shared_ptr<Handler> waiter;  ///< a coroutine that sleeps
    ProcessId process = 0;
  };

  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& result) {
    T value = co_await std::move(task);
    result.emplace(std::move(value));
  }

  Key begin_wait(microseconds duration, ProcessId process, Handler handler);
  void wake(Handler handler, boost::system::error_code error);
  void run_ready();
  void fire_next();
  void run_to_the_end(Task<void> task);

  boost::asio::io_context io_{1};
  std::map<Key, Entry> queue_;
  TimePoint now_{};
  std::uint64_t serial_ = 0;
};

}  // namespace cutover::scenarios
