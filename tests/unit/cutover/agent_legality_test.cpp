// Every command that a plan can send is legal in the agent's rules in the phase it is sent: the
// plans run on agents that answer with the real table.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "agent/command_rules.h"
#include "tests/scenarios/play.h"

namespace cutover {
namespace {

using agent::Act;
using agent::Command;
using agent::Phase;
using agent::Standing;
using scenarios::Play;
using scenarios::Site;

const std::map<std::string, Command> commands = {
    {"claim_bouncers", Command::claim_run},
    {"take_over_bouncers", Command::claim_recovery},
    {"arm_bouncers", Command::arm},
    {"pause_bouncers", Command::pause},
    {"renew_leases", Command::renew},
    {"resume_bouncers", Command::resume},
    {"switch_bouncers", Command::switch_route},
    {"revert_bouncers", Command::revert},
};

/// One agent's phase, as the rules move it; and the first command they refuse.
class Rules {
 public:
  explicit Rules(Phase phase = Phase::idle) : phase_(phase) {}

  void send(const Site& site) {
    const auto command = commands.find(site.call);
    if (command == commands.end() || !refused_.empty()) return;
    sent_.insert(site.call);
    const bool claims =
        command->second == Command::claim_run || command->second == Command::claim_recovery;
    const auto& rule =
        agent::rule_for(command->second, phase_, claims ? Standing::newer : Standing::owner);
    if (rule.act == Act::refuse) {
      refused_ = site.step + "/" + site.call + " in phase " + agent::name_of(phase_);
    }
    phase_ = rule.phase_after(phase_);
  }
  const std::string& refused() const { return refused_; }
  const std::set<std::string>& sent() const { return sent_; }
  Phase phase() const { return phase_; }

 private:
  Phase phase_;
  std::string refused_;
  std::set<std::string> sent_;
};

using Sent = std::set<std::string>;

TEST(AgentRules, AllowEveryCommandOfACutover) {
  Play play;
  Rules rules;
  play.fleet.on_call = [&](const Site& site) { rules.send(site); };
  play.run_cutover();
  EXPECT_TRUE(play.ended(RunOutcome::done));
  EXPECT_EQ(rules.sent(), (Sent{"claim_bouncers", "arm_bouncers", "pause_bouncers",
                                "switch_bouncers", "revert_bouncers"}));
  EXPECT_EQ(rules.refused(), "");
  EXPECT_EQ(rules.phase(), Phase::idle) << "the claim has ended";
}

TEST(AgentRules, AllowEveryCommandOfARehearsal) {
  Play play;
  Rules rules;
  play.fleet.on_call = [&](const Site& site) { rules.send(site); };
  play.run(rehearsal_plan(play.state.limits));
  EXPECT_TRUE(play.ended(RunOutcome::done));
  EXPECT_EQ(rules.sent(), (Sent{"claim_bouncers", "arm_bouncers", "pause_bouncers",
                                "resume_bouncers", "revert_bouncers"}));
  EXPECT_EQ(rules.refused(), "");
  EXPECT_EQ(rules.phase(), Phase::idle);
}

TEST(AgentRules, AllowEveryCommandOfEveryUndo) {
  const auto plan = cutover_plan(scenarios::one_attempt());
  for (const auto& site : scenarios::sites_of(plan)) {
    const auto stage = scenarios::stage_of(plan, site);
    const bool is_undone = stage == Stage::setup || stage == Stage::attempt;
    if (!is_undone || site.step == "claim") continue;
    RunLimits limits = scenarios::one_attempt();
    limits.attempts = 2;
    Play play(limits);
    Rules rules;
    play.fleet.on_call = [&](const Site& called) { rules.send(called); };
    // On blue or green: a refusal by an agent is that agent's own affair.
    if (commands.contains(site.call)) continue;
    play.fleet.faults = {{site, scenarios::Way::refused, scenarios::Fault::always}};
    play.run_cutover();
    const bool pauses = scenarios::is_held(plan, site);
    EXPECT_EQ(rules.sent().contains("resume_bouncers"), pauses) << site.step << "/" << site.call;
    EXPECT_EQ(rules.sent().contains("pause_bouncers"), pauses) << site.step << "/" << site.call;
    EXPECT_TRUE(rules.sent().contains("revert_bouncers")) << site.step << "/" << site.call;
    EXPECT_EQ(rules.refused(), "") << site.step << "/" << site.call;
    EXPECT_EQ(rules.phase(), Phase::idle) << site.step << "/" << site.call;
  }
}

/// What recovery finds; the plan then runs on an agent in that phase.
std::string refused_in(const Plan& plan, Phase found) {
  Play play;
  play.world.record = {{"recovery-1", 1}, true, true};
  play.world.triggers = true;
  Rules rules(found);
  rules.send({"", false, "take_over_bouncers"});
  play.clock.run(play.fleet.take_over_blue());
  play.clock.run(play.fleet.take_over_bouncers());
  for (auto& one : play.world.agents) {
    one.armed = found >= Phase::armed;
    one.paused = found == Phase::paused;
    one.lease_end = play.clock.now() + milliseconds(60'000);
    one.intent = agent::has_intent(found);
    one.on_green = found == Phase::switched;
  }
  play.fleet.on_call = [&](const Site& site) {
    // Recovery renews whatever lease there may be; where nothing is paused nobody heeds the
    // refusal.
    if (site.call == "renew_leases" && rules.phase() < Phase::paused) return;
    if (site.call != "arm_bouncers") rules.send(site);  // there a refusal is expected and settled
    if (site.call == "arm_bouncers" && rules.phase() == Phase::claimed) rules.send(site);
  };
  play.run(plan);
  if (!play.ended(RunOutcome::done)) return "it ended " + std::string(name_of(play.report.outcome));
  if (!rules.sent().contains("revert_bouncers")) return "it did not end the claims";
  return rules.refused();
}

TEST(AgentRules, AllowEveryCommandOfARecoveryForwardInEveryPhaseItMayFind) {
  for (const auto phase : {Phase::idle, Phase::claimed, Phase::armed, Phase::paused,
                           Phase::switching, Phase::switched}) {
    EXPECT_EQ(refused_in(recovery_forward_plan({}), phase), "") << agent::name_of(phase);
  }
}

TEST(AgentRules, AllowEveryCommandOfARecoveryBackInEveryPhaseItMayFind) {
  for (const auto phase : {Phase::idle, Phase::claimed, Phase::armed, Phase::paused}) {
    EXPECT_EQ(refused_in(recovery_back_plan({}), phase), "") << agent::name_of(phase);
  }
}

}  // namespace
}  // namespace cutover
