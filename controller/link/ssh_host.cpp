// The server's half of ssh_login.h: handshake and host key.
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "common/base/durable_file.h"
#include "controller/link/known_hosts.h"
#include "controller/link/ssh_keys.h"
#include "controller/link/ssh_login.h"

namespace cutover {
namespace {

constexpr const char* openssh_hint = "set transport = \"openssh\" for this bouncer";

struct HostKey {
  std::string_view bytes;
  int type = 0;
  std::string fingerprint;
};

std::string home_directory() {
  if (const char* home = std::getenv("HOME")) return home;
  const passwd* user = ::getpwuid(::getuid());
  return user ? user->pw_dir : "";
}

std::string keyscan(const BouncerConfig& bouncer) {
  return fmt::format("ssh-keyscan -t ed25519 -p {} {} >> {}", bouncer.port, bouncer.host,
                     known_hosts_of(bouncer));
}

Error no_agreement(const BouncerConfig& bouncer, const std::string& methods,
                   const std::string& reason) {
  const std::string what = "the ssh handshake failed: " + reason;
  if (methods == "ssh-rsa")
    return {what + "; " + known_hosts_of(bouncer) +
                " holds only an RSA key of this host, and libssh2 knows RSA with SHA-1 only",
            fmt::format("add its ed25519 key (`{}`, then compare the fingerprint with the host's "
                        "own), or {}",
                        keyscan(bouncer), openssh_hint)};
  return {what,
          fmt::format("the server may offer only RSA host keys, or another type than the {} that "
                      "known_hosts holds: {}",
                      methods.empty() ? "ones" : methods, openssh_hint)};
}

Error handshake_error(SshSession& session, const BouncerConfig& bouncer, int code,
                      const std::string& methods) {
  const std::string reason = session.last_error();
  switch (code) {
    case LIBSSH2_ERROR_KEX_FAILURE:
    case LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE:
    case LIBSSH2_ERROR_METHOD_NONE:
    case LIBSSH2_ERROR_HOSTKEY_INIT:
      return no_agreement(bouncer, methods, reason);
    default:
      return {"the ssh handshake failed: " + reason, "see that sshd listens on this port"};
  }
}

Result<HostKey> host_key_of(SshSession& session) {
  HostKey key;
  std::size_t size = 0;
  const char* bytes = ::libssh2_session_hostkey(session.handle(), &size, &key.type);
  const char* hash = ::libssh2_hostkey_hash(session.handle(), LIBSSH2_HOSTKEY_HASH_SHA256);
  if (!bytes || !hash) return Error{"the server showed no host key: " + session.last_error()};
  key.bytes = {bytes, size};
  key.fingerprint = fingerprint_text({hash, 32});
  return key;
}

/// libssh2 shakes hands by an RSA host key from 1.11 on, and no `ssh-keyscan` finds a better one.
std::string how_to_know(const BouncerConfig& bouncer, std::string_view key_type) {
  if (key_type == "ssh-rsa")
    return fmt::format(
        "it offers only an RSA key: make an ed25519 key there (`ssh-keygen -A`), or {}",
        openssh_hint);
  return fmt::format(
      "compare this fingerprint with the host's own (there: `ssh-keygen -lf "
      "/etc/ssh/ssh_host_ed25519_key.pub`), then add it: {}",
      keyscan(bouncer));
}

Result<void> judge(const BouncerConfig& bouncer, const KnownHosts& known, const HostKey& key) {
  const std::string file = known_hosts_of(bouncer);
  switch (known.check(key.bytes, key.type)) {
    case HostKeyVerdict::matches:
      return {};
    case HostKeyVerdict::unknown:
      return Error{fmt::format("the host key of {} is not in {}; it shows {} {}", known.name(),
                               file, type_of_blob(key.bytes), key.fingerprint),
                   how_to_know(bouncer, type_of_blob(key.bytes))};
    case HostKeyVerdict::revoked:
      return Error{fmt::format("THE HOST KEY OF {} IS REVOKED in {}: {}", known.name(), file,
                               key.fingerprint),
                   "do not connect; somebody may hold the stolen key of this host"};
    case HostKeyVerdict::mismatch:
      break;
  }
  return Error{fmt::format("THE HOST KEY OF {} HAS CHANGED: it shows {} {}, {} holds another",
                           known.name(), type_of_blob(key.bytes), key.fingerprint, file),
               fmt::format("somebody may be in between. Only when you know why it changed: "
                           "`ssh-keygen -R '{}' -f {}`, then {}",
                           known.name(), file, keyscan(bouncer))};
}

}  // namespace

std::string user_of(const BouncerConfig& bouncer) {
  if (!bouncer.user.empty()) return bouncer.user;
  const passwd* user = ::getpwuid(::geteuid());
  return user ? user->pw_name : "";
}

std::string known_hosts_of(const BouncerConfig& bouncer) {
  return bouncer.known_hosts.empty() ? home_directory() + "/.ssh/known_hosts"
                                     : bouncer.known_hosts.string();
}

Task<Result<void>> meet_host(SshSession& session, BouncerConfig bouncer) {
  // A file that cannot be read knows nobody; the error that follows names it.
  const auto text = read_file(known_hosts_of(bouncer));
  const KnownHosts known(session.handle(), text ? *text : std::string(), bouncer.host,
                         bouncer.port);
  const std::string methods = known.methods();
  if (!methods.empty())
    ::libssh2_session_method_pref(session.handle(), LIBSSH2_METHOD_HOSTKEY, methods.c_str());
  const SshSession::Step shake_hands = [&session] {
    return ::libssh2_session_handshake(session.handle(), session.descriptor());
  };
  const int code = co_await session.drive(shake_hands);
  if (code != 0) co_return handshake_error(session, bouncer, code, methods);
  const auto key = host_key_of(session);
  if (!key) co_return key.error();
  co_return judge(bouncer, known, *key);
}

}  // namespace cutover
