// The table. Read it as: these commands, from someone of this standing, in these phases → what.
#include "agent/command_rules.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace cutover::agent {
namespace {

using enum Command;
using P = Phase;
using S = Standing;

constexpr std::array reading = {inspect, preview, probe, ping};
constexpr std::array claims = {claim_run, claim_recovery};
constexpr std::array only_claim_run = {claim_run};
constexpr std::array only_claim_recovery = {claim_recovery};
constexpr std::array owned = {arm, pause, renew, resume, switch_route, revert, report_phase};
constexpr std::array only_arm = {arm};
constexpr std::array only_pause = {pause};
constexpr std::array only_renew = {renew};
constexpr std::array only_resume = {resume};
constexpr std::array only_switch = {switch_route};
constexpr std::array only_revert = {revert};
constexpr std::array only_report = {report_phase};

constexpr std::array anyone = {S::stale, S::owner, S::usurper, S::newer};
constexpr std::array stale = {S::stale};
constexpr std::array owner = {S::owner};
constexpr std::array usurper = {S::usurper};
constexpr std::array newer = {S::newer};

constexpr std::array any_phase = {P::idle,   P::claimed,   P::armed,
                                  P::paused, P::switching, P::switched};
constexpr std::array in_idle = {P::idle};
constexpr std::array claimed_or_armed = {P::claimed, P::armed};
constexpr std::array in_armed = {P::armed};
constexpr std::array in_paused = {P::paused};
constexpr std::array in_switching = {P::switching};
constexpr std::array in_switched = {P::switched};
constexpr std::array with_intent = {P::switching, P::switched};
constexpr std::array not_held = {P::idle, P::claimed, P::armed, P::switched};
constexpr std::array not_idle = {P::claimed, P::armed, P::paused, P::switching, P::switched};
constexpr std::array idle_or_claimed = {P::idle, P::claimed};
constexpr std::array nothing_paused = {P::idle, P::claimed, P::armed};
constexpr std::array nothing_promised = {P::idle, P::claimed, P::armed, P::paused};
constexpr std::array may_switch = {P::armed, P::paused, P::switching};

constexpr const char* look = "run `cutover status` to see what this agent holds";
constexpr const char* recover = "run `cutover recover`: it takes over and finishes or undoes it";

constexpr Rule refuse(std::span<const Command> commands, std::span<const Standing> standings,
                      std::span<const Phase> phases, const char* what, const char* hint) {
  return {commands, standings, phases, Act::refuse, true, P::idle, what, hint};
}
constexpr Rule keep(std::span<const Command> commands, std::span<const Standing> standings,
                    std::span<const Phase> phases, Act act) {
  return {commands, standings, phases, act, true, P::idle, "", ""};
}
constexpr Rule become(P next, std::span<const Command> commands,
                      std::span<const Standing> standings, std::span<const Phase> phases) {
  return {commands, standings, phases, Act::perform, false, next, "", ""};
}

const std::array table = {
    keep(reading, anyone, any_phase, Act::read),

    // Who may act at all.
    refuse(claims, stale, any_phase, "the epoch is older than one this agent has seen",
           "a newer run or recovery has taken over; this one must stop"),
    refuse(owned, stale, any_phase, "the epoch is older than one this agent has seen",
           "a newer run or recovery has taken over; this one must stop"),
    refuse(claims, usurper, any_phase, "this epoch was claimed by another run", look),
    refuse(owned, usurper, any_phase, "this epoch was claimed by another run", look),
    refuse(owned, newer, any_phase, "this agent has not been claimed with that epoch",
           "claim first; an agent that lost its state_dir knows no claim at all"),

    // Claims. A repeated one changes nothing but an idle agent, whose claim begins again.
    become(P::claimed, claims, owner, in_idle),
    keep(claims, owner, not_idle, Act::nothing),
    become(P::claimed, only_claim_run, newer, not_held),
    refuse(only_claim_run, newer, in_paused, "another claim left a pause here", recover),
    refuse(only_claim_run, newer, in_switching,
           "another claim promised to switch and has not finished", recover),
    become(P::claimed, only_claim_recovery, newer, in_idle),
    keep(only_claim_recovery, newer, not_idle, Act::perform),

    refuse(only_arm, owner, in_idle, "nothing is claimed here", "claim first"),
    become(P::armed, only_arm, owner, claimed_or_armed),
    refuse(only_arm, owner, in_paused, "a pause is held", "resume first"),
    refuse(only_arm, owner, with_intent, "the switch has begun: it only goes forward",
           "send switch, then revert to end the claim"),

    refuse(only_pause, owner, idle_or_claimed, "nothing is armed", "arm first"),
    become(P::paused, only_pause, owner, in_armed),
    keep(only_pause, owner, in_paused, Act::perform),
    refuse(only_pause, owner, with_intent, "the switch has begun: it only goes forward",
           "send switch"),

    refuse(only_renew, owner, nothing_paused, "nothing is paused: there is no lease to renew",
           "the lease ran out or the pause was ended; pause again"),
    keep(only_renew, owner, in_paused, Act::perform),
    keep(only_renew, owner, with_intent, Act::nothing),

    keep(only_resume, owner, idle_or_claimed, Act::perform),
    keep(only_resume, owner, in_armed, Act::perform),
    become(P::armed, only_resume, owner, in_paused),
    refuse(only_resume, owner, with_intent, "the switch has begun: it only goes forward",
           "send switch; it resumes on the new route"),

    refuse(only_switch, owner, idle_or_claimed, "nothing is armed", "arm first"),
    become(P::switched, only_switch, owner, may_switch),
    keep(only_switch, owner, in_switched, Act::perform),

    become(P::idle, only_revert, owner, nothing_promised),
    refuse(only_revert, owner, in_switching, "the switch has begun: it only goes forward",
           "send switch and wait until it is done"),
    become(P::idle, only_revert, owner, in_switched),

    keep(only_report, owner, any_phase, Act::perform),
};

template <class T>
bool holds(std::span<const T> values, T value) {
  return std::ranges::find(values, value) != values.end();
}

}  // namespace

const char* name_of(Command command) {
  static constexpr std::array<const char*, command_count> names = {
      "inspect", "preview", "probe",  "ping",   "claim",  "claim (recovery)", "arm",
      "pause",   "renew",   "resume", "switch", "revert", "report phase"};
  return names.at(static_cast<std::size_t>(command));
}

Standing standing_of(const Claim& asking, const Claim& seen) {
  if (asking.epoch == 0 || asking.run_id.empty()) return Standing::stale;
  if (asking.epoch < seen.epoch) return Standing::stale;
  if (asking.epoch > seen.epoch) return Standing::newer;
  return asking.run_id == seen.run_id ? Standing::owner : Standing::usurper;
}

bool Rule::covers(Command command, Phase phase, Standing standing) const {
  return holds(commands, command) && holds(phases, phase) && holds(standings, standing);
}

std::span<const Rule> rules() {
  return table;
}

const Rule& rule_for(Command command, Phase phase, Standing standing) {
  for (const Rule& rule : table)
    if (rule.covers(command, phase, standing)) return rule;
  throw std::logic_error("command_rules: a combination is in no rule");
}

}  // namespace cutover::agent
