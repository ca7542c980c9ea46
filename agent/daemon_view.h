// The agent that serves on this host, found by its socket and greeted as a controller greets it.
#pragma once

#include <string>

#include "agent/daemon_points.h"
#include "common/async/task.h"

namespace cutover::agent {

Task<DaemonView> look_at_daemon(std::string socket);

}  // namespace cutover::agent
