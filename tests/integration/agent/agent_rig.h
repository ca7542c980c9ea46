// A real agent on two real PgBouncers between two real PostgreSQL servers, with clients that never
// stop.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/agent/agent_client.h"
#include "tests/support/eventually.h"
#include "tests/support/pgbouncer_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/rig/agent_process.h"

namespace cutover::agent {

/// Clients that ask a server for its port through PgBouncer, over and over.
class Clients {
 public:
  explicit Clients(const std::vector<std::string>& conninfos);
  ~Clients();

  int answers() const { return answers_; }
  int failures() const { return failures_; }
  std::string last_failure() const;
  /// True when `more` further answers come within the limit.
  bool are_served(int more, std::chrono::milliseconds limit) const;

 private:
  void work(const std::string& conninfo);

  std::atomic<bool> stop_{false};
  std::atomic<int> answers_{0};
  std::atomic<int> failures_{0};
  mutable std::mutex mutex_;
  std::string last_failure_;
  std::vector<std::jthread> threads_;
};

class AgentOnRealServers : public testing::Test {
 protected:
  AgentOnRealServers();

  proto::Request arm_request(std::uint64_t epoch) const;
  AgentClient connect() const { return AgentClient(agent_->socket()); }
  /// Claimed, armed and paused by this epoch; the test fails otherwise.
  void hold(AgentClient& client, std::uint64_t epoch, std::uint32_t lease_ms);

  std::string port_behind(const support::PgbouncerServer& bouncer) const;
  bool both_lead_to(const support::PostgresServer& server) const;
  bool is_paused(const support::PgbouncerServer& bouncer) const;
  bool both_serve() const { return !is_paused(*first_) && !is_paused(*second_); }
  std::string agent_log() const;
  std::string metric(const std::string& name) const;
  std::unique_ptr<Clients> clients(int each = 2) const;

  support::PostgresServer blue_;
  support::PostgresServer green_;
  std::unique_ptr<support::PgbouncerServer> first_;
  std::unique_ptr<support::PgbouncerServer> second_;
  std::unique_ptr<support::AgentProcess> agent_;
};

}  // namespace cutover::agent
