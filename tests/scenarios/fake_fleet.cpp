// How a call is made, and how it fails. What each call does is in fake_actions.cpp and
// fake_looks.cpp.
#include "tests/scenarios/fake_fleet.h"

#include <stdexcept>

namespace cutover::scenarios {
namespace {

constexpr milliseconds silence(300);  ///< until a lost reply is given up

}  // namespace

void FakeFleet::on(const Event& event, const RunState&) {
  if (const auto* began = std::get_if<StepBegan>(&event)) {
    step_ = began->step;
    is_undo_ = began->is_undo;
    is_blind_ = false;
  }
}

FakeFleet::Turn FakeFleet::begin(const char* call) const {
  auto& self = const_cast<FakeFleet&>(*this);
  const Site site{step_, is_undo_, call};
  self.on_call(site);
  self.sites.insert(site);
  world_.settle_at(clock_.now());
  Turn turn{std::nullopt, is_blind_};
  for (auto& fault : self.faults) {
    if (!fault.site.covers(site) || fault.times == 0) continue;
    --fault.times;
    turn.way = fault.way;
    is_blind_ = is_blind_ || fault.blinds_looks;
    break;
  }
  transcript_.add(std::string("    ") + call +
                  (turn.way ? std::string("  !! ") + name_of(*turn.way) : ""));
  return turn;
}

Task<void> FakeFleet::never() const {
  return sleep(std::chrono::hours(10));
}

Task<Outcome> FakeFleet::act(const char* call, Effect effect, microseconds takes) const {
  const auto turn = begin(call);
  if (turn.way == Way::throws) throw std::runtime_error(std::string(call) + " threw");
  if (turn.way == Way::hangs) co_await never();
  co_await sleep(takes);
  world_.settle_at(clock_.now());
  if (turn.way == Way::refused) co_return refused(std::string(call) + " was refused");
  const bool has_no_effect = turn.way == Way::request_lost || turn.way == Way::partial;
  const auto outcome = has_no_effect ? in_doubt("no effect") : effect();
  if (turn.way == Way::hangs_after) co_await never();
  if (!turn.way) co_return outcome;
  co_await sleep(silence);
  co_return in_doubt(std::string("the answer to ") + call + " was lost");
}

Outcome FakeFleet::reached(FakeAgent& agent, const AgentEffect& effect) const {
  return agent.dead ? refused("it is not connected") : effect(agent);
}

Outcome FakeFleet::owned(FakeAgent& agent, const AgentEffect& effect) const {
  if (!agent.dead && (!agent.claimed || agent.claim != mine_)) {
    return refused("this agent is not claimed by this run");
  }
  return reached(agent, effect);
}

Task<FleetOutcome> FakeFleet::act_on_agents(const char* call, AgentEffect effect,
                                            microseconds takes) const {
  const auto turn = begin(call);
  if (turn.way == Way::throws) throw std::runtime_error(std::string(call) + " threw");
  if (turn.way == Way::hangs) co_await never();
  co_await sleep(takes);
  world_.settle_at(clock_.now());
  FleetOutcome outcomes;
  bool someone_is_silent = false;
  for (auto& agent : world_.agents) {
    const bool is_first = &agent == &world_.agents.front();
    const bool is_last = &agent == &world_.agents.back();
    const bool is_cut_off =
        turn.way == Way::request_lost || (turn.way == Way::partial && !is_first);
    auto outcome = in_doubt("no answer");
    if (turn.way == Way::refused && is_last) {
      outcome = refused("it was refused");
    } else if (!is_cut_off) {
      outcome = reached(agent, effect);
    }
    if (turn.way == Way::reply_lost) outcome = in_doubt("no answer");
    someone_is_silent = someone_is_silent || outcome.is_in_doubt();
    outcomes.push_back({agent.name, outcome});
  }
  if (turn.way == Way::hangs_after) co_await never();
  if (someone_is_silent) co_await sleep(silence);
  co_return outcomes;
}

}  // namespace cutover::scenarios
