// An agent on two scripted PgBouncers that share one ini file on disk, and a clock turned by hand.
#pragma once

#include <memory>

#include "agent/agent.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/agent/fake_pgbouncer.h"

namespace cutover::agent {

class HandClock : public BootClock {
 public:
  BootTime now() const override { return time; }
  BootTime time = {"boot-1", std::chrono::milliseconds(1'000'000)};
};

class AgentHarness {
 public:
  AgentHarness();

  /// A new agent on the same state, as after kill -9. What the old one was doing ends here.
  void restart_agent();
  void lose_state();
  void damage_record();

  proto::Reply ask(proto::Request request);
  /// The same beside what is asked next; the reply is there once both have ended.
  std::shared_ptr<proto::Reply> ask_beside(proto::Request request);
  proto::Reply claim(const Claim& claim, proto::ClaimPurpose purpose = proto::RUN);
  proto::Reply arm(const Claim& claim);
  /// `entries` from blue to green.
  proto::Reply arm(const Claim& claim, const std::vector<std::string>& entries);
  proto::Reply preview(const std::vector<std::string>& entries);
  proto::Reply inspect();
  proto::Reply pause(const Claim& claim, std::uint32_t drain_ms = 2000,
                     std::uint32_t lease_ms = 3000);
  proto::Reply prepare_pause(const Claim& claim, std::uint32_t drain_ms = 2000,
                             std::uint32_t lease_ms = 3000);
  proto::Reply renew(const Claim& claim, std::uint32_t lease_ms = 3000);
  proto::Reply resume(const Claim& claim);
  proto::Reply switch_route(const Claim& claim);
  proto::Reply revert(const Claim& claim);
  /// Claimed, armed and paused.
  void hold(const Claim& claim);

  /// Lets the agent act by itself until it has nothing left to do.
  bool settle();
  /// Carries a request out until `count` console commands were sent, then drops the agent.
  void die_after(int count, proto::Request request);

  bool all_on(const std::string& host) const;  ///< both processes serve it, unpaused
  bool all_paused() const;
  std::string ini() const;
  /// Both processes read it, and serve its entries besides `app`.
  void write_ini(const std::string& text);
  /// Lets the agent act by itself until `holds`, at most 5 s.
  bool eventually(const std::function<bool()>& holds);
  bool metrics_tell(const std::string& text) {
    return eventually([&] { return metrics().find(text) != std::string::npos; });
  }
  std::string metrics() const { return metrics_.text(); }
  std::string first_ini() const { return ini_path(); }
  bool wind_up();
  Agent& agent() { return *agent_; }

  FakePgbouncer first;
  FakePgbouncer second;
  HandClock clock;

 private:
  void prepare(FakePgbouncer& bouncer);
  void make_agent();
  std::string ini_path() const { return directory_ / "pgbouncer.ini"; }

  support::TemporaryDirectory directory_{"a"};
  Metrics metrics_{"test"};
  std::unique_ptr<boost::asio::io_context> context_;
  std::unique_ptr<Agent> agent_;
};

proto::Request request_of(const Claim& claim);

}  // namespace cutover::agent
