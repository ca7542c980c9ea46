// A TCP proxy on loopback that holds back every byte for half a round trip in each direction: a
// server behind it is far away.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

namespace cutover::support {

class DelayingProxy {
 public:
  /// To 127.0.0.1:`target`. It serves from now on; throws when it cannot listen.
  DelayingProxy(std::uint16_t target, std::chrono::microseconds round_trip);
  DelayingProxy(DelayingProxy&&) noexcept;
  DelayingProxy& operator=(DelayingProxy&&) noexcept;
  ~DelayingProxy();

  std::uint16_t port() const;

  /// Connections stay open, new ones too, and nothing passes, until cut_connections().
  void go_silent();
  /// What had not passed is lost; from now on everything passes again.
  void cut_connections();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover::support
