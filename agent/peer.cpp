// See peer.h.
#include "agent/peer.h"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cutover::agent {

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
    return Error{std::string("cannot tell who connected: ") + std::strerror(errno)};
  Peer peer{credentials.pid, credentials.uid, {credentials.gid}};
  std::vector<gid_t> groups(256);
  socklen_t bytes = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) == 0) {
    groups.resize(bytes / sizeof(gid_t));
    peer.groups.insert(peer.groups.end(), groups.begin(), groups.end());
  }
  return peer;
}

Outcome may_connect(const Peer& peer, uid_t own_user, gid_t group) {
  if (peer.uid == 0 || peer.uid == own_user) return done();
  if (std::ranges::find(peer.groups, group) != peer.groups.end()) return done();
  return refused("process " + std::to_string(peer.pid) + " of user " + std::to_string(peer.uid) +
                     " is neither root nor the agent's user nor in group " + std::to_string(group),
                 "add the user to `group` of agent.toml and log in again");
}

Result<gid_t> group_named(const std::string& name) {
  if (name.empty()) return ::getegid();
  const group* const found = ::getgrnam(name.c_str());
  if (found == nullptr)
    return Error{"there is no group " + name,
                 "create it (`addgroup --system " + name + "`) or change `group` of agent.toml"};
  return found->gr_gid;
}

}  // namespace cutover::agent
