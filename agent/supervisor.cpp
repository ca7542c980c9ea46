// See supervisor.h.
#include "agent/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "common/async/within.h"
#include "common/base/file_descriptor.h"

namespace cutover::agent {
namespace {

constexpr int signs_in_a_limit = 3;

/// 0 where the variable is missing or is no number.
unsigned long long number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

}  // namespace

void tell_supervisor(const std::string& state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || *path == '\0' || std::strlen(path) >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  // '@' stands for the zero byte of the abstract namespace.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return;
  const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
  const auto sent = ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL, plain, size);
  static_cast<void>(sent);
}

std::optional<std::chrono::microseconds> watchdog_limit() {
  const auto limit = number_in("WATCHDOG_USEC");
  const auto watched = number_in("WATCHDOG_PID");
  if (limit == 0 || (watched != 0 && watched != static_cast<unsigned long long>(::getpid())))
    return std::nullopt;
  return std::chrono::microseconds(limit);
}

Task<void> give_signs_of_life() {
  const auto limit = watchdog_limit();
  if (!limit) co_return;
  const auto interval =
      std::chrono::duration_cast<std::chrono::milliseconds>(*limit / signs_in_a_limit);
  while (true) {
    tell_supervisor("WATCHDOG=1");
    co_await sleep_for(interval);
  }
}

}  // namespace cutover::agent
