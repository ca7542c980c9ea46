// What one simulated run is made of: how bad its world is, drawn from the seed, and which remedy
// of the design is left out to see that the checks notice.
#pragma once

#include <cstdint>
#include <string>

#include "controller/cutover/step.h"
#include "tests/simulation/random.h"

namespace cutover::simulation {

/// One remedy left out. Every one of them must be noticed within some seeds.
enum class Mutation {
  none,
  no_seal,                      ///< sessions from before the fence go on
  no_wait_for_logins,           ///< the seal does not wait for backends that are logging in
  no_second_gate,               ///< only the first gate, before the decision
  second_gate_before_seal,      ///< what slips through the fence is not waited for
  no_epoch_on_blue,             ///< decision and its undo whoever holds the epoch
  no_epoch_on_agents,           ///< agents obey an older epoch
  no_intent,                    ///< "switched" is what SHOW DATABASES says
  gate_opens_on_unknown,        ///< a position that is not known counts as reached
  no_end_of_fenced_sessions,    ///< undo leaves the sessions born under the fence
  unreachable_is_not_switched,  ///< recovery goes back although an agent is out of reach
  no_lease,                     ///< a pause lives until somebody ends it
  lease_forgotten_at_restart,   ///< a restarted agent does not know of its pause
  decider_outlives_the_undo,    ///< a lost decision may still arrive after its undo
  undo_outlives_the_next,       ///< a lost undo may still arrive after one that was answered
  position_outlives_the_next,   ///< a lost record of green's position may still arrive later
  way_back_moves,               ///< every second gate records green's position anew
  old_fence_stays,              ///< nobody takes down what an earlier run left on green
  old_fence_is_undone,          ///< recovery goes back although green's old fence may be down
  no_epoch_on_green,            ///< whoever comes takes down green's old fence
  triggers_of_anyone,           ///< whoever comes removes the fence's triggers
  no_look_after_the_seal,       ///< DDL that waited behind the locks is not looked for
};
const char* name_of(Mutation mutation);

struct Settings {
  std::uint64_t seed = 1;
  Mutation mutation = Mutation::none;
  int bouncers = 2;
  int clients_per_bouncer = 2;
  int bypassing_clients = 1;
  std::uint64_t loss_permille = 0;  ///< of a message, each way
  std::uint64_t late_permille = 0;  ///< delivered much later, after newer ones
  std::uint64_t duplicate_permille = 0;
  std::uint64_t slow_permille = 0;     ///< transactions and logins that take long
  std::uint64_t unknown_permille = 0;  ///< of gate looks that cannot tell a position
  int controller_crashes = 0;
  int agent_crashes = 0;
  int bouncer_restarts = 0;
  bool is_second_run = false;  ///< an earlier run in the other direction left its fence on green
  int bypassing_on_green = 0;  ///< clients that write there whenever they can
  bool recovery_may_overtake = false;  ///< recovery starts while the old controller lives
  std::uint64_t overtaken_at = 0;      ///< the step of the run at which it does; 0: at any
  bool another_run = false;            ///< begins after a recovery that went back
  bool has_ddl = false;                ///< a migration past the bouncers waits behind our locks
  RunLimits limits;
};

/// What kind of world this seed is.
Settings settings_of(std::uint64_t seed, Mutation mutation = Mutation::none);
std::string to_text(const Settings& settings);

}  // namespace cutover::simulation
