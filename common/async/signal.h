// How coroutines of one thread wait for each other: a Signal wakes who waits, a Lock lets one
// through at a time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "common/async/task.h"

namespace cutover {

/// wait() returns at the next wake(). A waiter looks again at what it waits for: it may be woken
/// for another's sake.
class Signal {
 public:
  explicit Signal(const boost::asio::any_io_executor& executor)
      : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  Task<void> wait() {
    constexpr auto awaited = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await timer_.async_wait(awaited);
  }
  void wake() { timer_.cancel(); }
  /// Only who has waited longest.
  void wake_one() { timer_.cancel_one(); }

 private:
  boost::asio::steady_timer timer_;
};

/// Must outlive what acquire() returned.
class Lock {
 public:
  class Held {
   public:
    explicit Held(Lock& lock) : lock_(&lock) {}
    Held(Held&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
    Held& operator=(Held&& other) noexcept {
      std::swap(lock_, other.lock_);
      return *this;
    }
    ~Held() { release(); }

    void release() {
      if (lock_) std::exchange(lock_, nullptr)->release();
    }

   private:
    Lock* lock_;
  };

  explicit Lock(const boost::asio::any_io_executor& executor) : released_(executor) {}

  Task<Held> acquire() {
    while (is_held_) co_await released_.wait();
    is_held_ = true;
    co_return Held(*this);
  }
  bool is_held() const { return is_held_; }

 private:
  void release() {
    is_held_ = false;
    released_.wake_one();
  }

  bool is_held_ = false;
  Signal released_;
};

}  // namespace cutover
