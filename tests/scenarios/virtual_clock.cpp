#include "tests/scenarios/virtual_clock.h"

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <vector>

namespace cutover::scenarios {

namespace asio = boost::asio;
using boost::system::error_code;

microseconds VirtualClock::elapsed() const {
  return std::chrono::duration_cast<microseconds>(now_.time_since_epoch());
}

Task<void> VirtualClock::sleep(microseconds duration, ProcessId process,
                               std::shared_ptr<Alarm> alarm) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(
      [this, duration, process, alarm = std::move(alarm)](auto handler) {
        const auto key = begin_wait(duration, process, Handler(std::move(handler)));
        if (alarm) alarm->key = key;
      },
      asio::use_awaitable);
}

void VirtualClock::ring(Alarm& alarm) {
  if (!alarm.key) return;
  auto sleeper = queue_.extract(*alarm.key);
  alarm.key.reset();
  if (!sleeper.empty()) wake(std::move(*sleeper.mapped().waiter), {});
}

void VirtualClock::after(microseconds delay, Callback callback) {
  const auto when = now_ + std::max(delay, microseconds(0));
  queue_.emplace(Key{when, ++serial_}, Entry{std::move(callback), nullptr, 0});
}

VirtualClock::Key VirtualClock::begin_wait(microseconds duration, ProcessId process,
                                           Handler handler) {
  const Key key{now_ + std::max(duration, microseconds(0)), ++serial_};
  auto slot = asio::get_associated_cancellation_slot(handler);
  if (slot.is_connected()) {
    slot.assign([this, key](asio::cancellation_type) {
      auto cancelled = queue_.extract(key);
      if (!cancelled.empty()) {
        wake(std::move(*cancelled.mapped().waiter), asio::error::operation_aborted);
      }
    });
  }
  queue_.emplace(key, Entry{nullptr, std::make_shared<Handler>(std::move(handler)), process});
  return key;
}

void VirtualClock::wake(Handler handler, error_code error) {
  asio::post(io_, [handler = std::move(handler), error]() mutable { std::move(handler)(error); });
}

void VirtualClock::spawn(Task<void> task, std::function<void(std::exception_ptr)> ended) {
  asio::co_spawn(io_, std::move(task), std::move(ended));
}

void VirtualClock::kill(ProcessId process) {
  std::vector<Entry> killed;
  for (auto entry = queue_.begin(); entry != queue_.end();) {
    const bool is_killed = entry->second.waiter && entry->second.process == process;
    if (is_killed) killed.push_back(std::move(entry->second));
    entry = is_killed ? queue_.erase(entry) : std::next(entry);
  }
}

void VirtualClock::run_ready() {
  io_.restart();
  io_.poll();
}

void VirtualClock::fire_next() {
  auto next = queue_.extract(queue_.begin());
  now_ = next.key().when;
  if (next.mapped().waiter) {
    wake(std::move(*next.mapped().waiter), {});
  } else {
    next.mapped().callback();
  }
}

void VirtualClock::run_until(const std::function<bool()>& is_over, microseconds limit) {
  const auto end = now_ + limit;
  for (run_ready(); !is_over(); run_ready()) {
    if (queue_.empty()) throw std::logic_error("nothing is left to wait for");
    if (queue_.begin()->first.when > end) throw std::logic_error("it did not end in time");
    fire_next();
  }
}

void VirtualClock::pass(microseconds duration) {
  const auto end = now_ + duration;
  for (run_ready(); !queue_.empty() && queue_.begin()->first.when <= end; run_ready()) fire_next();
  now_ = end;
}

void VirtualClock::run_to_the_end(Task<void> task) {
  bool ended = false;
  std::exception_ptr failure;
  spawn(std::move(task), [&](std::exception_ptr thrown) {
    failure = thrown;
    ended = true;
  });
  run_until([&] { return ended; }, std::chrono::hours(1));
  if (failure) std::rethrow_exception(failure);
}

}  // namespace cutover::scenarios
