// From a connected socket to a session that may run commands: handshake, host key against
// known_hosts, authentication. Every refusal says what the operator can do about it.
#pragma once

#include "common/async/task.h"
#include "common/base/result.h"
#include "controller/config/config.h"
#include "controller/link/ssh_session.h"

namespace cutover {

/// Handshake, and the server's key checked: an unknown or another key is an error, never accepted.
Task<Result<void>> meet_host(SshSession& session, BouncerConfig bouncer);

/// By the key file, else (or when the file is encrypted) by the ssh agent behind SSH_AUTH_SOCK.
Task<Result<void>> authenticate(SshSession& session, BouncerConfig bouncer);

/// `bouncer.user`, else the user who runs this.
std::string user_of(const BouncerConfig& bouncer);
/// `bouncer.known_hosts`, else ~/.ssh/known_hosts.
std::string known_hosts_of(const BouncerConfig& bouncer);

}  // namespace cutover
