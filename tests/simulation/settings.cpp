#include "tests/simulation/settings.h"

#include <fmt/format.h>

namespace cutover::simulation {
namespace {

int few_or_many(Random& random) {
  if (random.chance(30)) return 16;
  return 1 + static_cast<int>(random.below(3));
}

RunLimits short_limits() {
  RunLimits limits;
  limits.quiet_timeout = milliseconds(200);
  limits.drain_timeout = milliseconds(60);
  limits.lease = milliseconds(150);
  limits.pause_budget = milliseconds(400);
  limits.attempts = 2;
  limits.backoff = milliseconds(20);
  limits.forward_patience = milliseconds(1'500);
  return limits;
}

}  // namespace

const char* name_of(Mutation mutation) {
  switch (mutation) {
    case Mutation::none:
      return "none";
    case Mutation::no_seal:
      return "no_seal";
    case Mutation::no_wait_for_logins:
      return "no_wait_for_logins";
    case Mutation::no_second_gate:
      return "no_second_gate";
    case Mutation::second_gate_before_seal:
      return "second_gate_before_seal";
    case Mutation::no_epoch_on_blue:
      return "no_epoch_on_blue";
    case Mutation::no_epoch_on_agents:
      return "no_epoch_on_agents";
    case Mutation::no_intent:
      return "no_intent";
    case Mutation::gate_opens_on_unknown:
      return "gate_opens_on_unknown";
    case Mutation::no_end_of_fenced_sessions:
      return "no_end_of_fenced_sessions";
    case Mutation::unreachable_is_not_switched:
      return "unreachable_is_not_switched";
    case Mutation::no_lease:
      return "no_lease";
    case Mutation::lease_forgotten_at_restart:
      return "lease_forgotten_at_restart";
    case Mutation::decider_outlives_the_undo:
      return "decider_outlives_the_undo";
    case Mutation::undo_outlives_the_next:
      return "undo_outlives_the_next";
    case Mutation::position_outlives_the_next:
      return "position_outlives_the_next";
    case Mutation::way_back_moves:
      return "way_back_moves";
    case Mutation::old_fence_stays:
      return "old_fence_stays";
    case Mutation::old_fence_is_undone:
      return "old_fence_is_undone";
    case Mutation::no_epoch_on_green:
      return "no_epoch_on_green";
    case Mutation::triggers_of_anyone:
      return "triggers_of_anyone";
    case Mutation::no_look_after_the_seal:
      return "no_look_after_the_seal";
  }
  return "?";
}

Settings settings_of(std::uint64_t seed, Mutation mutation) {
  Random random(seed * 2 + 1);
  Settings made;
  made.seed = seed;
  made.mutation = mutation;
  made.bouncers = few_or_many(random);
  made.clients_per_bouncer = made.bouncers > 3 ? 1 : 1 + static_cast<int>(random.below(3));
  made.bypassing_clients = static_cast<int>(random.below(3));
  made.limits = short_limits();
  made.slow_permille = random.chance(500) ? random.below(60) : 0;
  made.unknown_permille = random.chance(500) ? random.below(300) : 0;
  if (random.chance(600)) {
    made.loss_permille = random.below(60);
    made.late_permille = random.below(40);
    made.duplicate_permille = random.below(40);
  }
  made.controller_crashes = random.chance(600) ? 1 + static_cast<int>(random.below(3)) : 0;
  made.agent_crashes = random.chance(400) ? 1 + static_cast<int>(random.below(2)) : 0;
  made.bouncer_restarts = random.chance(300) ? 1 : 0;
  made.recovery_may_overtake = random.chance(400);
  made.is_second_run = random.chance(400);
  made.bypassing_on_green = made.is_second_run ? static_cast<int>(random.below(3)) : 0;
  made.another_run = random.chance(300);
  made.has_ddl = random.chance(60);
  return made;
}

std::string to_text(const Settings& it) {
  return fmt::format(
      "seed {} mutation {}: {} bouncers, {}+{}+{} clients, loss {} late {} duplicates {} slow {} "
      "unknown {} permille, crashes of controller {} agents {} bouncers {}, overtaking {}, second "
      "run {}, another run {}, DDL {}",
      it.seed, name_of(it.mutation), it.bouncers, it.clients_per_bouncer, it.bypassing_clients,
      it.bypassing_on_green, it.loss_permille, it.late_permille, it.duplicate_permille,
      it.slow_permille, it.unknown_permille, it.controller_crashes, it.agent_crashes,
      it.bouncer_restarts, it.recovery_may_overtake, it.is_second_run, it.another_run, it.has_ddl);
}

}  // namespace cutover::simulation
