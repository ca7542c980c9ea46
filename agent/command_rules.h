// Which command an agent may carry out, as a table: command × phase × standing of the one who asks.
// Pure; what a command does is in agent.h.
#pragma once

#include <span>

#include "agent/claim.h"

namespace cutover::agent {

enum class Command {
  inspect,
  preview,
  probe,
  ping,
  claim_run,
  claim_recovery,
  arm,
  pause,
  renew,
  resume,
  switch_route,
  revert,
  report_phase,
};
inline constexpr int command_count = 13;

const char* name_of(Command command);

/// How the claim of a request compares with the newest claim that this agent has seen.
enum class Standing {
  stale,    ///< an older epoch, or none
  owner,    ///< the same run and epoch
  usurper,  ///< the same epoch, another run
  newer,    ///< a newer epoch, whatever the run
};
inline constexpr int standing_count = 4;

Standing standing_of(const Claim& asking, const Claim& seen);

/// What to do with a command that is allowed.
enum class Act {
  refuse,
  read,     ///< a reading command: at any time, beside others
  perform,  ///< carry it out
  nothing,  ///< its effect holds already: answer done
};

/// One line of the table. Every combination of command, phase and standing is in exactly one.
struct Rule {
  std::span<const Command> commands;
  std::span<const Standing> standings;
  std::span<const Phase> phases;
  Act act;
  bool keeps_phase;  ///< else the phase becomes `next` when the command is done
  Phase next;
  const char* what;  ///< the refusal
  const char* hint;

  bool covers(Command command, Phase phase, Standing standing) const;
  Phase phase_after(Phase phase) const { return keeps_phase ? phase : next; }
};

std::span<const Rule> rules();

/// The one rule for this combination.
const Rule& rule_for(Command command, Phase phase, Standing standing);

}  // namespace cutover::agent
