// Where an agent is: "ssh://user@host:22", "ssh://[fd00::5]",
// "unix:///run/cutover-agent/agent.sock".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace cutover {

struct AgentUrl {
  std::string socket_path = {};  ///< unix: absolute; ssh: empty
  std::string user = {};         ///< ssh; empty when the URL names none
  std::string host = {};         ///< ssh; an IPv6 address without brackets
  std::uint16_t port = 22;       ///< ssh

  bool operator==(const AgentUrl&) const = default;
};

Result<AgentUrl> parse_agent_url(std::string_view url);

struct HostPort {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const HostPort&) const = default;
};

/// "host:port" or "[v6]:port"; without a port it is `default_port`, and an error when that is 0.
Result<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port);

}  // namespace cutover
