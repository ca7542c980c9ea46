// See host_process.h.
#include "agent/host_process.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "common/base/file_descriptor.h"
#include "common/postgres/connection.h"

namespace cutover::agent {
namespace {

constexpr pid_t service_manager = 1;

std::optional<std::string> socket_path(const std::string& conninfo) {
  const auto host = postgres::parameter_of(conninfo, "host");
  const auto port = postgres::parameter_of(conninfo, "port");
  if (host.has_error() || port.has_error() || !host.value()) return std::nullopt;
  if (!host.value()->starts_with("/")) return std::nullopt;
  return *host.value() + "/.s.PGSQL." + port.value().value_or("5432");
}

/// Who called listen() on the socket, with socket activation the service manager; 0 when nobody
/// did.
pid_t listener_of(const std::string& path) {
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!socket.is_open() || path.size() >= sizeof address.sun_path) return 0;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto* const plain = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), plain, sizeof address) != 0) return 0;
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return 0;
  return credentials.pid;
}

pid_t pid_in(const std::string& pidfile) {
  std::ifstream file(pidfile);
  pid_t pid = 0;
  file >> pid;
  return pid;
}

std::string link_target(const std::string& link) {
  std::error_code failure;
  const auto target = std::filesystem::read_symlink(link, failure);
  return failure ? std::string() : target.string();
}

std::optional<HostProcess> process_of(pid_t pid) {
  const std::string directory = "/proc/" + std::to_string(pid);
  struct stat status {};
  if (pid <= 0 || ::stat(directory.c_str(), &status) != 0) return std::nullopt;
  return HostProcess{pid, status.st_uid, link_target(directory + "/cwd"),
                     link_target(directory + "/exe")};
}

}  // namespace

std::optional<HostProcess> find_process(const std::string& admin_conninfo,
                                        const std::string& pidfile) {
  if (!pidfile.empty())
    if (auto process = process_of(pid_in(pidfile))) return process;
  const auto path = socket_path(admin_conninfo);
  const pid_t listener = path ? listener_of(*path) : 0;
  return listener == service_manager ? std::nullopt : process_of(listener);
}

}  // namespace cutover::agent
