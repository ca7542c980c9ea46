// A TCP port of 127.0.0.1 that nobody else gets while this object lives.
//
// It is claimed by a lock on a file per port, which test programs that run at the same time honour
// and the kernel releases when a process dies; and it lies below the range of ephemeral ports, so
// no outgoing connection and no bind to port 0 can take it before the server does.
#pragma once

#include <cstdint>

namespace cutover::support {

class FreePort {
 public:
  FreePort();
  FreePort(FreePort&& other) noexcept;
  FreePort& operator=(FreePort&& other) noexcept;
  ~FreePort();

  std::uint16_t number() const { return number_; }

 private:
  std::uint16_t number_ = 0;
  int lock_ = -1;
};

}  // namespace cutover::support
