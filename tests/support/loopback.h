// Sockets of 127.0.0.1 that a test serves itself.
#pragma once

#include <netinet/in.h>

#include <cstdint>

namespace cutover::support {

class FreePort;

sockaddr_in loopback(std::uint16_t port);

/// A socket that listens on `port` whatever its last server left in TIME_WAIT, closed on exec and
/// owned by the caller. Throws when it cannot.
int listen_on(const FreePort& port, int backlog);

}  // namespace cutover::support
