// Waits for a condition by asking again until a limit: tests never sleep for a time.
#pragma once

#include <chrono>
#include <thread>

namespace cutover::support {

/// True as soon as `condition()` is; false when it was still false at the limit. It is asked at
/// least once.
template <class Condition>
bool eventually(std::chrono::milliseconds limit, Condition&& condition,
                std::chrono::milliseconds interval = std::chrono::milliseconds{5}) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(interval);
  }
}

}  // namespace cutover::support
