#include "tests/soak/soak_round.h"

#include <algorithm>

#include "tests/support/eventually.h"

namespace cutover::soak {
namespace {

using faults::Fault;
using faults::Scene;

constexpr const char* no_fault = "nothing";

template <class T>
const T& one_of(const std::vector<T>& all, std::mt19937_64& random) {
  return all.at(std::uniform_int_distribution<std::size_t>(0, all.size() - 1)(random));
}

Fault fault_named(const std::string& name) {
  const auto& all = faults::all_faults();
  const auto found = std::ranges::find(all, name, &Fault::name);
  if (found != all.end()) return *found;
  return {no_fault, [](Scene&) {}};
}

/// The same, with a look at the working process before it strikes.
Fault looked_at(Fault fault, ProcessFigures& figures) {
  fault.strike = [strike = std::move(fault.strike), &figures](Scene& scene) {
    figures = figures_of(scene.controller.worker);
    strike(scene);
  };
  return fault;
}

/// As an operator waits, after a recovery, until the other side has caught up.
bool is_ready(tests::FleetUnderLoad& fleet, const std::vector<std::string>& command) {
  const auto passes = [&] { return fleet.rig().cutover(command).exit_code == 0; };
  return support::eventually(std::chrono::seconds(60), passes, std::chrono::milliseconds(200));
}

}  // namespace

const std::vector<std::string>& names_of_faults() {
  static const std::vector<std::string> names = {no_fault,
                                                 no_fault,
                                                 no_fault,
                                                 "controller SIGKILL",
                                                 "agent SIGKILL",
                                                 "controller SIGSTOP longer than the lease",
                                                 "agent restart",
                                                 "bouncer SIGKILL",
                                                 "blue restart",
                                                 "a second controller started",
                                                 "green restart",
                                                 "walsender killed",
                                                 "the ini's directory takes no file"};
  return names;
}

Round run_round(tests::FleetUnderLoad& fleet, std::mt19937_64& random) {
  Round round;
  const auto& moment = one_of(faults::all_moments(), random);
  round.fault = one_of(names_of_faults(), random);
  round.moment = moment.name;
  Scene scene{fleet, moment};
  if (fleet.all_on_green()) scene.command = {"rollback"};
  round.command = scene.command.empty() ? "cutover" : scene.command.front();

  faults::CellResult result;
  if (!is_ready(fleet, scene.command)) result.broken.push_back("its checks do not pass");
  faults::strike_and_recover(looked_at(fault_named(round.fault), round.controller), scene, result);
  round.exit_code = result.exit_code;
  round.on_green = fleet.all_on_green();
  if (!round.on_green && !fleet.all_on_blue())
    result.broken.push_back("neither all-blue nor all-green");
  if (!fleet.everyone_writes()) result.broken.push_back("not everyone writes again");
  round.broken = std::move(result.broken);
  if (!round.broken.empty()) round.log = result.log + fleet.rig().logs();
  return round;
}

}  // namespace cutover::soak
