// Messages with delay, loss, duplication and lateness, as the seed has it; and a call over it: one
// question, one answer or none within a limit.
#pragma once

#include <memory>
#include <optional>

#include "tests/simulation/world.h"

namespace cutover::simulation {

class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  /// `arrive` is called never, once or more often.
  void send(std::function<void()> arrive);
  /// Never or once: an answer.
  void send_back(std::function<void()> arrive);

  /// Sends `ask`, which gets a function to answer with, and waits for the answer.
  template <class T>
  Task<std::optional<T>> call(ProcessId process, microseconds limit,
                              std::function<void(std::function<void(T)>)> ask) {
    const auto pending = std::make_shared<Pending<T>>();
    std::function<void(T)> answer = [this, pending](T value) {
      send_back([this, pending, value = std::move(value)] {
        if (!pending->answer) pending->answer = value;
        world_.clock.ring(*pending->alarm);
      });
    };
    send([ask = std::move(ask), answer] { ask(answer); });
    co_await world_.clock.sleep(limit, process, pending->alarm);
    co_return pending->answer;
  }

 private:
  template <class T>
  struct Pending {
    std::optional<T> answer;
    std::shared_ptr<VirtualClock::Alarm> alarm = std::make_shared<VirtualClock::Alarm>();
  };

  microseconds delay();
  bool happens(std::uint64_t permille) { return !world_.is_calm && world_.random.chance(permille); }

  World& world_;
};

}  // namespace cutover::simulation
