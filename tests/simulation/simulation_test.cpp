// Seeds of the simulated world. CUTOVER_SIMULATION_SEEDS runs more of them, CUTOVER_SIMULATION_SEED
// (and _MUTATION) replays one with its log.
#include "tests/simulation/simulation.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace cutover::simulation {
namespace {

constexpr Mutation all_mutations[] = {
    Mutation::no_seal,
    Mutation::no_wait_for_logins,
    Mutation::no_second_gate,
    Mutation::second_gate_before_seal,
    Mutation::no_epoch_on_blue,
    Mutation::no_epoch_on_agents,
    Mutation::no_intent,
    Mutation::gate_opens_on_unknown,
    Mutation::no_end_of_fenced_sessions,
    Mutation::unreachable_is_not_switched,
    Mutation::no_lease,
    Mutation::lease_forgotten_at_restart,
    Mutation::decider_outlives_the_undo,
    Mutation::undo_outlives_the_next,
    Mutation::position_outlives_the_next,
    Mutation::way_back_moves,
    Mutation::old_fence_stays,
    Mutation::old_fence_is_undone,
    Mutation::no_epoch_on_green,
    Mutation::triggers_of_anyone,
    Mutation::no_look_after_the_seal,
};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string complaint(const Settings& settings, const Verdict& verdict) {
  std::string text = to_text(settings) + "\n";
  for (const auto& line : verdict.broken) text += "  " + line + "\n";
  return text + "replay: " + how_to_replay(settings);
}

TEST(Simulation, HoldsEveryInvariantInEverySeed) {
  const auto seeds = number_from("CUTOVER_SIMULATION_SEEDS", 2'000);
  const auto first = number_from("CUTOVER_SIMULATION_FIRST_SEED", 1);
  std::uint64_t on_green = 0;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + seeds && failed < 5; ++seed) {
    const auto settings = settings_of(seed);
    const auto verdict = simulate(settings);
    on_green += verdict.ended_on_green ? 1 : 0;
    failed += verdict.broken.empty() ? 0 : 1;
    EXPECT_TRUE(verdict.broken.empty()) << complaint(settings, verdict);
  }
  RecordProperty("ended_on_green", static_cast<int>(on_green));
  EXPECT_GT(on_green, seeds / 4) << "most runs should get through";
  EXPECT_LT(on_green, seeds) << "some should be turned back";
}

TEST(Simulation, TheSameSeedIsTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto once = simulate(settings_of(seed), Log::kept);
    const auto again = simulate(settings_of(seed), Log::kept);
    EXPECT_EQ(once.log, again.log) << seed;
  }
}

/// What is rare in other worlds is common in this one: many messages are late, many attempts fail
/// after the decision, and every second run is overtaken.
Settings where_messages_are_late(std::uint64_t seed, Mutation mutation) {
  auto settings = settings_of(seed, mutation);
  settings.bouncers = 1;
  settings.loss_permille = settings.slow_permille = 0;
  settings.late_permille = 30;
  settings.unknown_permille = 100;
  settings.agent_crashes = settings.bouncer_restarts = 0;
  settings.recovery_may_overtake = seed % 2 == 0;
  settings.controller_crashes = 0;
  settings.is_second_run = true;
  settings.bypassing_on_green = 2;
  settings.limits.attempts = 6;
  return settings;
}

/// Recovery takes over just before the old controller sends the switch.
Settings where_the_switch_is_overtaken(std::uint64_t seed, Mutation mutation) {
  constexpr std::uint64_t last_look = 13;
  auto settings = settings_of(seed, mutation);
  settings.recovery_may_overtake = true;
  settings.overtaken_at = last_look + seed % 2;
  settings.controller_crashes = settings.agent_crashes = settings.bouncer_restarts = 0;
  return settings;
}

/// A run is overtaken before it has decided, another one begins, and the first lives on.
Settings where_another_run_begins(std::uint64_t seed, Mutation mutation) {
  auto settings = settings_of(seed, mutation);
  settings.recovery_may_overtake = settings.another_run = true;
  settings.overtaken_at = 3 + seed % 6;
  settings.controller_crashes = settings.agent_crashes = settings.bouncer_restarts = 0;
  settings.bypassing_clients = 2;
  settings.limits.attempts = 6;
  settings.has_ddl = false;
  return settings;
}

/// The first seed that notices, and holds with the remedy; 0 for none.
std::uint64_t first_to_notice(Mutation mutation, std::uint64_t seeds,
                              Settings (*world)(std::uint64_t, Mutation)) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const bool breaks = !simulate(world(seed, mutation)).broken.empty();
    if (breaks && simulate(world(seed, Mutation::none)).broken.empty()) return seed;
  }
  return 0;
}

/// Where this one is seen soon.
auto world_for(Mutation mutation) {
  switch (mutation) {
    case Mutation::decider_outlives_the_undo:
    case Mutation::undo_outlives_the_next:
    case Mutation::position_outlives_the_next:
    case Mutation::no_epoch_on_green:
      return where_messages_are_late;
    case Mutation::triggers_of_anyone:
      return where_another_run_begins;
    case Mutation::no_epoch_on_agents:
      return where_the_switch_is_overtaken;
    default:
      return settings_of;
  }
}

TEST(Simulation, NoticesEveryRemedyThatIsLeftOut) {
  const auto seeds = number_from("CUTOVER_SIMULATION_MUTATION_SEEDS", 3'000);
  const char* only = std::getenv("CUTOVER_SIMULATION_MUTATION");
  for (const auto mutation : all_mutations) {
    if (only != nullptr && std::string(only) != name_of(mutation)) continue;
    const auto world = world_for(mutation);
    const auto seed = first_to_notice(mutation, world == settings_of ? seeds : 5 * seeds, world);
    EXPECT_GT(seed, 0U) << name_of(mutation) << " went unnoticed";
    std::cout << "  " << name_of(mutation) << ": seed " << seed << "\n";
  }
}

TEST(Simulation, HoldsEveryInvariantInTheWorldsMadeForRareMisfortunes) {
  for (const auto world :
       {where_messages_are_late, where_the_switch_is_overtaken, where_another_run_begins}) {
    for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
      const auto settings = world(seed, Mutation::none);
      const auto verdict = simulate(settings);
      EXPECT_TRUE(verdict.broken.empty()) << complaint(settings, verdict);
    }
  }
}

TEST(Simulation, ReplaysOneSeed) {
  const auto seed = number_from("CUTOVER_SIMULATION_SEED", 1);
  const char* wanted = std::getenv("CUTOVER_SIMULATION_MUTATION");
  auto settings = settings_of(seed);
  for (const auto mutation : all_mutations) {
    if (wanted != nullptr && std::string(wanted) == name_of(mutation)) {
      settings = settings_of(seed, mutation);
    }
  }
  const auto verdict = simulate(settings, Log::kept);
  for (const auto& line : verdict.log) std::cout << line << "\n";
  EXPECT_TRUE(verdict.broken.empty()) << complaint(settings, verdict);
}

}  // namespace
}  // namespace cutover::simulation
