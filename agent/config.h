// agent.toml, read strictly: unknown keys, wrong types and impossible values are errors with file,
// line and hint, before anything is contacted. The contract of the file is docs/agent.md.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace cutover::agent {

/// One PgBouncer process of this host.
struct BouncerConfig {
  std::string name;
  std::string ini;    ///< absolute
  std::string admin;  ///< libpq conninfo of its console
};

struct AgentConfig {
  std::string socket = "/run/cutover-agent/agent.sock";
  std::string group = {};  ///< empty: the agent's own
  std::string state_dir = "/var/lib/cutover-agent";
  std::vector<BouncerConfig> bouncers = {};
  std::string metrics_listen = "127.0.0.1:19127";  ///< empty: off
};

inline constexpr const char* default_config_path = "/etc/cutover/agent.toml";

/// Errors start with "FILE:LINE:" and hold every problem found, one a line.
Result<AgentConfig> parse_config(const std::string& text, const std::string& path);
Result<AgentConfig> load_config(const std::string& path);

}  // namespace cutover::agent
