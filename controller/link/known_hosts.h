// Host keys that the operator has accepted: one known_hosts file, seen for one host. Lines are
// matched by libssh2 (hashed names too); patterns, which it does not know, are matched here.
#pragma once

#include <libssh2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace cutover {

enum class HostKeyVerdict { matches, unknown, mismatch, revoked };

class KnownHosts {
 public:
  /// `session` must outlive it.
  KnownHosts(LIBSSH2_SESSION* session, std::string_view text, std::string host, std::uint16_t port);

  /// Methods of the types of key known for the host, for libssh2_session_method_pref: without it
  /// the server may show a key of another type than the one that is known, which looks like a
  /// mismatch. Empty: none is known.
  std::string methods() const;
  /// `type` as libssh2_session_hostkey gives it.
  HostKeyVerdict check(std::string_view key, int type) const;
  /// "host", or "[host]:port" when the port is not 22: as OpenSSH writes it.
  const std::string& name() const { return name_; }

 private:
  void add_line(std::string_view line);

  struct Free {
    void operator()(LIBSSH2_KNOWNHOSTS* hosts) const { ::libssh2_knownhost_free(hosts); }
  };
  std::string name_;
  std::unique_ptr<LIBSSH2_KNOWNHOSTS, Free> hosts_;
  std::vector<std::string> revoked_;  ///< base64
};

/// True when one of the comma-separated patterns matches and none that begins with "!" does.
bool matches_patterns(std::string_view patterns, const std::string& name);

}  // namespace cutover
