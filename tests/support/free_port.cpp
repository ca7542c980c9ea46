#include "tests/support/free_port.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/support/loopback.h"

namespace cutover::support {
namespace {

namespace fs = std::filesystem;

constexpr int first_port = 20000;
constexpr int port_count = 10000;

fs::path lock_directory() {
  const fs::path directory = fs::temp_directory_path() / "cutover-test-ports";
  std::error_code ignored;
  if (fs::create_directory(directory, ignored)) {
    // Any user may run tests, one after root too.
    fs::permissions(directory, fs::perms::all, ignored);
  }
  return directory;
}

/// An open locked file, or -1 when another process (or object) holds the port.
int lock_port(int port) {
  const std::string path = lock_directory() / std::to_string(port);
  // O_CREAT on another user's file in a shared directory may be forbidden (protected_regular).
  int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return -1;
  ::fchmod(file, 0666);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  ::close(file);
  return -1;
}

/// SO_REUSEADDR ignores connections in TIME_WAIT, as the servers do, but not a listener.
bool can_bind(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(static_cast<std::uint16_t>(port));
  const bool bound =
      ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

int first_candidate() {
  static std::atomic<unsigned> next{std::random_device{}()};
  return static_cast<int>(next.fetch_add(1) % port_count);
}

}  // namespace

FreePort::FreePort() {
  const int start = first_candidate();
  for (int tried = 0; tried < port_count; ++tried) {
    const int port = first_port + (start + tried) % port_count;
    lock_ = lock_port(port);
    if (lock_ < 0) continue;
    if (can_bind(port)) {
      number_ = static_cast<std::uint16_t>(port);
      return;
    }
    ::close(std::exchange(lock_, -1));
  }
  throw std::runtime_error("no free port between " + std::to_string(first_port) + " and " +
                           std::to_string(first_port + port_count));
}

FreePort::FreePort(FreePort&& other) noexcept
    : number_(other.number_), lock_(std::exchange(other.lock_, -1)) {}

FreePort& FreePort::operator=(FreePort&& other) noexcept {
  std::swap(number_, other.number_);
  std::swap(lock_, other.lock_);
  return *this;
}

FreePort::~FreePort() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace cutover::support
