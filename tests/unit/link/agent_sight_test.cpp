// What an agent's state means to the plan.
#include "controller/link/agent_sight.h"

#include <gtest/gtest.h>

namespace cutover {
namespace {

struct AgentSight : testing::Test {
  proto::AgentState state;
  EntryColours colours;

  AgentSight() {
    state.set_run_id("run-1");
    state.set_epoch(3);
    add_process();
    add_entry("medplum", "blue");
    colours.moves.push_back(move("medplum"));
  }
  static proto::EntryMove move(const std::string& entry) {
    proto::EntryMove move;
    move.set_entry(entry);
    move.set_from_host("blue");
    move.set_to_host("green");
    return move;
  }
  proto::ProcessState& add_process() {
    auto* process = state.add_processes();
    process->set_reachable(true);
    return *process;
  }
  void add_entry(const std::string& name, const std::string& host, int process = 0) {
    auto* entry = state.mutable_processes(process)->add_entries();
    entry->set_entry(name);
    entry->set_host(host);
    entry->set_port("5432");
  }
  void point_at(const std::string& host) {
    state.mutable_processes(0)->mutable_entries(0)->set_host(host);
  }
  BouncerSight sight() const { return sight_of("bouncer-1", state, colours); }
};

TEST_F(AgentSight, TellsWhoClaimedIt) {
  state.set_lease_left_ms(1500);
  state.set_lease_expiries(2);
  EXPECT_EQ(sight().bouncer, "bouncer-1");
  EXPECT_EQ(sight().claim, (Claim{"run-1", 3}));
  EXPECT_EQ(sight().lease_left, milliseconds(1500));
  EXPECT_EQ(sight().lease_expiries, 2u);
  EXPECT_FALSE(sight().unreachable);
}

TEST_F(AgentSight, ColoursAreToldByTheMoves) {
  EXPECT_TRUE(sight().all_blue);
  EXPECT_FALSE(sight().all_green);
  point_at("green");
  EXPECT_FALSE(sight().all_blue);
  EXPECT_TRUE(sight().all_green);
  point_at("elsewhere");
  EXPECT_FALSE(sight().all_blue);
  EXPECT_FALSE(sight().all_green);
}

TEST_F(AgentSight, AMixtureIsNeitherColour) {
  add_process();
  add_entry("medplum", "green", 1);
  EXPECT_FALSE(sight().all_blue);
  EXPECT_FALSE(sight().all_green);
}

TEST_F(AgentSight, WithoutMovesTheConfiguredRoutesTellTheColour) {
  colours.moves.clear();
  EXPECT_FALSE(sight().all_blue);
  colours.routes = {{{"blue", ""}, {"green", ""}}};
  EXPECT_TRUE(sight().all_blue);
  colours.direction = Direction::back;
  EXPECT_FALSE(sight().all_blue);
  EXPECT_TRUE(sight().all_green);
}

TEST_F(AgentSight, AnUnreachableProcessHasNoColour) {
  add_process().set_reachable(false);
  EXPECT_FALSE(sight().all_blue);
  EXPECT_FALSE(sight().drained);
}

TEST_F(AgentSight, NoEntryMeansNoColour) {
  state.mutable_processes(0)->clear_entries();
  EXPECT_FALSE(sight().all_blue);
  EXPECT_FALSE(sight().all_green);
}

TEST_F(AgentSight, AnUnfulfilledIntentIsNotAllGreen) {
  point_at("green");
  state.set_intent(true);
  EXPECT_FALSE(sight().all_green);
  state.set_switched(true);
  EXPECT_TRUE(sight().all_green);
}

TEST_F(AgentSight, OnePausedProcessMakesTheHostPausedAllDrainedMakeItDrained) {
  add_process();
  EXPECT_FALSE(sight().paused);
  state.mutable_processes(1)->set_paused(true);
  state.mutable_processes(1)->set_drained(true);
  EXPECT_TRUE(sight().paused);
  EXPECT_FALSE(sight().drained);
  state.mutable_processes(0)->set_drained(true);
  EXPECT_TRUE(sight().drained);
}

TEST_F(AgentSight, ArmedFromStagingUntilTheSwitchIsFulfilled) {
  const std::vector<std::pair<proto::AgentPhase, bool>> expected{
      {proto::IDLE, false},  {proto::CLAIMED, false},  {proto::ARMED, true},
      {proto::PAUSED, true}, {proto::SWITCHING, true}, {proto::SWITCHED, false}};
  for (const auto& [phase, armed] : expected) {
    state.set_phase(phase);
    EXPECT_EQ(sight().armed, armed) << proto::AgentPhase_Name(phase);
  }
}

TEST_F(AgentSight, WaitingClientsAreAddedUp) {
  add_process().set_clients_waiting(2);
  state.mutable_processes(0)->set_clients_waiting(3);
  EXPECT_EQ(sight().clients_waiting, 5u);
}

}  // namespace
}  // namespace cutover
