// What `cutover-agent COMMAND` does; each returns the program's exit code.
#pragma once

#include "agent/config.h"

namespace cutover::agent {

/// The daemon. 1 when it cannot start.
int run_serve(const AgentConfig& config);

/// Bridges stdin and stdout to the agent's socket until either side closes; 1 when nobody listens.
int run_connect(const std::string& socket);

/// Every point of the agent's own set-up, ok or fail with a hint; 1 when one fails.
int run_doctor(const Result<AgentConfig>& config, const std::string& path);

/// Ends what a dead agent left paused, as its lease and intent allow. 0 when nothing is left.
int run_resume(const AgentConfig& config);

}  // namespace cutover::agent
