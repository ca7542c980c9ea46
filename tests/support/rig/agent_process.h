// A cutover-agent for the PgBouncers of one host, with an agent.toml written for the test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/pgbouncer_server.h"

namespace cutover::support {

struct AgentOptions {
  struct Bouncer {
    std::string name;  ///< in agent.toml
    std::filesystem::path ini;
    std::string admin;
  };
  std::vector<Bouncer> bouncers;
  std::map<std::string, std::string> environment = {};
};

AgentOptions::Bouncer bouncer_of(const std::string& name, const PgbouncerServer& server);

class AgentProcess {
 public:
  /// Runs already, as the user who owns PgBouncer. Throws, with its log, when it does not serve.
  explicit AgentProcess(AgentOptions options);
  AgentProcess(AgentProcess&&) noexcept;
  AgentProcess& operator=(AgentProcess&&) noexcept;
  ~AgentProcess();

  void start();
  void ask_to_stop();  ///< SIGTERM, as systemd does
  void wait_for_end();
  void stop();  ///< asked, and waited for
  void kill9();
  bool is_running() const;
  int pid() const;
  bool serves() const;  ///< somebody accepts on its socket

  std::string url() const;  ///< "unix:///…/agent.sock"
  /// What ssh runs to reach it: "…/cutover-agent --config … connect".
  std::string connect_command() const;
  std::uint16_t metrics_port() const;
  std::filesystem::path socket() const;
  std::filesystem::path config_path() const;
  std::filesystem::path state_directory() const;
  std::filesystem::path log_file() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover::support
