// How the agent's own socket is reached: by the bridge, the doctor, and an agent that starts.
#pragma once

#include <string>

namespace cutover::agent {

/// Connects a unix socket to `path`, which fits into an address (the configuration is checked for
/// it). 0, or the errno; a non-blocking one gets EAGAIN where the listener takes nobody right now.
int connect_to(int socket, const std::string& path);

}  // namespace cutover::agent
