// An agent whose decisions are the real ones (command_rules, pause_lease) and whose acts are
// simulated: each takes time, and a crash may fall between any two.
#pragma once

#include <deque>

#include "agent/agent_record.h"
#include "agent/command_rules.h"
#include "tests/simulation/bouncer.h"

namespace cutover::simulation {

struct AgentRequest {
  agent::Command command = agent::Command::ping;
  Claim claim;
  milliseconds drain_timeout{0};
  milliseconds lease{0};
  bool only_prepare = false;  ///< of a pause
};

struct AgentReply {
  Outcome outcome;
  BouncerSight sight;
};
using ReplyTo = std::function<void(AgentReply)>;

class SimAgent {
 public:
  SimAgent(World& world, Bouncer& bouncer, int number);

  void receive(const AgentRequest& request, const ReplyTo& reply);
  void crash();
  void start_again();
  bool is_up() const { return is_up_; }
  bool has_intent() const { return agent::has_intent(record_.phase); }
  bool is_paused() const { return bouncer_.paused; }
  const std::string& name() const { return name_; }
  BouncerSight sight() const;

 private:
  struct Work {
    AgentRequest request;
    ReplyTo reply;
    TimePoint received;
  };
  using Then = std::function<void(Outcome)>;

  const agent::Rule& rule_of(const AgentRequest& request) const;
  agent::BootTime boot_time() const;
  void later(microseconds delay, std::function<void()> then);
  void work();
  void perform(const Work& work, const Then& then);
  void claim(const AgentRequest& request, const Then& then);
  void pause(const Work& work, const Then& then);
  void prepare_pause(milliseconds lease);
  void wait_for_drain(TimePoint deadline, const Then& then);
  Outcome renew(const AgentRequest& request);
  void resume(const Then& then);
  void go_forward(const Then& then);
  void revert(const Then& then);
  void watch_lease();
  void end_expired_pause();
  void go_forward_until_done();
  void grant(milliseconds lease);
  void check_pause_ends(std::uint32_t pause);

  World& world_;
  Bouncer& bouncer_;
  std::string name_;
  milliseconds boot_offset_;
  double clock_rate_;  ///< this host's clock runs a little fast or slow

  agent::AgentRecord record_;  ///< on disk
  bool is_staged_ = false;     ///< on disk

  bool is_up_ = true;
  std::uint32_t life_ = 0;
  bool is_busy_ = false;
  bool stops_drain_ = false;
  bool is_prepared_ = false;  ///< the lease is on disk for a PAUSE that was not sent yet
  std::deque<Work> waiting_;
  TimePoint granted_until_{};  ///< by a perfect clock, for the check
  TimePoint up_since_{};
};

}  // namespace cutover::simulation
