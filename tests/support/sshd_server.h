// A real sshd on loopback with ed25519 keys made for the test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace cutover::support {

struct SshdOptions {
  /// Run whatever the client asks for (command="…",restrict in authorized_keys); empty: what it
  /// asks for is run.
  std::string forced_command = {};
};

class SshdServer {
 public:
  /// Runs already. Throws std::runtime_error, with its log, when it does not start.
  explicit SshdServer(SshdOptions options = {});
  SshdServer(SshdServer&&) noexcept;
  SshdServer& operator=(SshdServer&&) noexcept;
  ~SshdServer();

  std::uint16_t port() const;
  std::string user() const;                         ///< who may log in: the test's own user
  std::string url() const;                          ///< "ssh://USER@127.0.0.1:PORT"
  std::filesystem::path identity() const;           ///< the user's private key, without passphrase
  std::filesystem::path known_hosts() const;        ///< holds this server's key
  std::filesystem::path wrong_known_hosts() const;  ///< holds another key for it
  std::filesystem::path log_file() const;

  void start();
  /// Ends the listener and every connection.
  void stop();
  /// SIGKILL to every connection's process: to the client, the network is gone.
  void cut_connections();
  /// They stay open and say nothing any more.
  void freeze_connections();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover::support
