#include "controller/config/agent_url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace cutover {
namespace {

constexpr const char* url_hint =
    "like \"ssh://ubuntu@10.0.0.5:22\" or \"unix:///run/cutover-agent/agent.sock\"";

Error not_a_url(std::string_view url, std::string_view why) {
  return {fmt::format("\"{}\" is not the address of an agent: {}", url, why), url_hint};
}

/// Names that cannot be taken for an option of ssh.
bool is_plain_name(std::string_view text) {
  if (text.empty() || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == '_';
  });
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, port);
  if (error != std::errc{} || end != last || port == 0) return std::nullopt;
  return port;
}

struct Parts {
  std::string_view host;
  std::optional<std::string_view> port;  ///< behind the colon
};

Result<Parts> split(std::string_view text) {
  if (!text.starts_with('[')) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return Parts{text, std::nullopt};
    return Parts{text.substr(0, colon), text.substr(colon + 1)};
  }
  const auto bracket = text.find(']');
  if (bracket == std::string_view::npos) return Error{"the bracket is not closed"};
  const auto rest = text.substr(bracket + 1);
  const auto host = text.substr(1, bracket - 1);
  if (rest.empty()) return Parts{host, std::nullopt};
  if (rest.front() != ':') return Error{"only a port may follow the bracket"};
  return Parts{host, rest.substr(1)};
}

Result<AgentUrl> parse_ssh(std::string_view url, std::string_view authority) {
  AgentUrl agent;
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    agent.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    if (agent.user.find(':') != std::string::npos)
      return Error{"the address of an agent holds a password",
                   "remove it: ssh logs in by key, see identity"};
    if (!is_plain_name(agent.user)) return not_a_url(url, "the user is not a plain name");
  }
  if (authority.find('/') != std::string_view::npos)
    return not_a_url(url, "nothing may follow host and port");
  const auto target = parse_host_port(authority, 22);
  if (!target) return not_a_url(url, target.error().what);
  agent.host = target->host;
  agent.port = target->port;
  return agent;
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port) {
  const auto parts = split(text);
  if (!parts) return parts.error();
  const bool bracketed = text.starts_with('[');
  if (bracketed && !is_ipv6(parts->host)) return Error{"no IPv6 address between the brackets"};
  if (!bracketed && is_ipv6(text)) return Error{"an IPv6 address needs brackets"};
  if (!bracketed && parts->host.empty()) return Error{"the host is missing"};
  if (!bracketed && !is_plain_name(parts->host)) return Error{"the host is not a plain name"};
  if (!parts->port && default_port == 0) return Error{"the port is missing"};
  const auto port = parts->port ? parse_port(*parts->port) : default_port;
  if (!port) return Error{"the port is not a number from 1 to 65535"};
  return HostPort{std::string(parts->host), *port};
}

Result<AgentUrl> parse_agent_url(std::string_view url) {
  constexpr std::string_view unix_scheme = "unix://";
  constexpr std::string_view ssh_scheme = "ssh://";
  if (url.starts_with(ssh_scheme)) return parse_ssh(url, url.substr(ssh_scheme.size()));
  if (!url.starts_with(unix_scheme))
    return not_a_url(url, "it starts with neither ssh:// nor unix://");
  AgentUrl agent;
  agent.socket_path = url.substr(unix_scheme.size());
  if (!agent.socket_path.starts_with('/'))
    return not_a_url(url, "the path of the socket is not absolute");
  if (agent.socket_path.size() > 107) return not_a_url(url, "the path has more than 107 bytes");
  return agent;
}

}  // namespace cutover
