// The agent's unix socket: who may connect, how many, and the end of it all by SIGTERM.
#pragma once

#include "agent/agent.h"

namespace cutover::agent {

struct ServerOptions {
  std::string socket;
  gid_t group = 0;
  std::size_t connections = 64;
};

/// True when an agent answers on this socket.
bool somebody_listens(const std::string& path);

/// Listens on the socket (a stale one is replaced, one that answers is an error) and serves until
/// SIGTERM or SIGINT, and then until no run holds clients here or a second signal comes; then lets
/// the agent wind up.
Task<Result<void>> serve(Agent& agent, ServerOptions options);

}  // namespace cutover::agent
