// Who is at the other end of the agent's socket, and whether that one may speak to it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/base/outcome.h"

namespace cutover::agent {

struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
  std::vector<gid_t> groups = {};  ///< its own and its supplementary ones
};

/// From the kernel (SO_PEERCRED, SO_PEERGROUPS): as the process was when it connected.
Result<Peer> peer_of(int socket);

/// Root, the agent's own user, or a member of `group`.
Outcome may_connect(const Peer& peer, uid_t own_user, gid_t group);

/// Our own group for "".
Result<gid_t> group_named(const std::string& name);

}  // namespace cutover::agent
