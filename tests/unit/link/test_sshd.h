// A real sshd on loopback with keys of its own, and a real ssh-agent; both end with their object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/temporary_directory.h"

namespace cutover {

/// Runs a program to its end and gives its stdout; throws unless it exits with 0.
std::string output_of(std::vector<std::string> arguments);

class TestSshd {
 public:
  /// `host_key_types` as ssh-keygen -t takes them.
  explicit TestSshd(std::vector<std::string> host_key_types = {"ed25519"});

  /// A fresh key pair; its public half is let in unless `is_let_in` says otherwise.
  enum class LetIn { yes, no };
  std::string make_key(const std::string& name, const std::string& type, LetIn let_in,
                       const std::string& passphrase = "");
  /// A known_hosts with the host's keys of these types.
  std::string known_hosts(const std::vector<std::string>& types) const;
  std::string write(const std::string& name, const std::string& text) const;
  std::string public_key(const std::string& name) const;  ///< "ssh-ed25519 AAAA…" of a key here
  std::string name() const { return "[127.0.0.1]:" + std::to_string(port()); }
  std::string log() const;
  std::uint16_t port() const { return port_.number(); }
  /// A path in the directory of this server.
  std::string file(const std::string& name) const { return directory_ / name; }

 private:
  support::TemporaryDirectory directory_{"ssh"};
  support::FreePort port_;
  std::optional<support::ChildProcess> process_;
};

/// Sets SSH_AUTH_SOCK while it lives.
class TestSshAgent {
 public:
  explicit TestSshAgent(const std::string& socket);
  TestSshAgent(const TestSshAgent&) = delete;
  TestSshAgent& operator=(const TestSshAgent&) = delete;
  ~TestSshAgent();
  void add(const std::string& key);

 private:
  std::optional<support::ChildProcess> process_;
};

}  // namespace cutover
