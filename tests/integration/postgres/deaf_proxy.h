// A TCP proxy that can play dead: from then on the kernel drops what arrives on its side of the
// client's connection unread and unacknowledged, as if the machine had lost its power.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "tests/support/free_port.h"

namespace cutover::postgres {

class DeafProxy {
 public:
  /// Listens on 127.0.0.1, for one client.
  explicit DeafProxy(std::uint16_t server_port);
  DeafProxy(const DeafProxy&) = delete;
  DeafProxy& operator=(const DeafProxy&) = delete;
  ~DeafProxy();

  std::uint16_t port() const { return port_.number(); }
  void play_dead();

 private:
  void forward();
  bool pass(int from, int to) const;

  std::uint16_t server_port_;
  support::FreePort port_;
  int listener_;
  std::atomic<int> client_ = -1;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace cutover::postgres
