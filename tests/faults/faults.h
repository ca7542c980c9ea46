// What may go wrong while a cutover runs, each as something that strikes a fleet and, where it
// passes, something that heals it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/support/sql_session.h"

namespace cutover::faults {

/// The controller's processes while they are held at the moment of the strike.
struct HeldController {
  pid_t worker = 0;
  pid_t parent = 0;
};

/// Its agent stands still while the first one switches.
inline constexpr int late_host = 1;

/// Where in a run a fault strikes.
struct Moment {
  std::string name;             ///< as in the table
  std::string step = {};        ///< as it begins; none: the fault's own early step
  bool bouncers_pause = false;  ///< new clients of theirs would wait
  bool half_switched = false;   ///< a little later: the first bouncer has switched, no other has
  bool only_green = false;      ///< recovery has no other way
};

/// The columns of the table, in the order of a run.
const std::vector<Moment>& all_moments();

/// As each step of the plan begins: a new one is a column the day it is added.
std::vector<Moment> every_step();

struct ControllersNetwork;

/// What a strike has to work on.
struct Scene {
  tests::FleetUnderLoad& fleet;
  Moment moment;
  std::vector<std::string> command = {};  ///< of the controller; none: the cutover
  HeldController controller = {};
  std::vector<std::unique_ptr<support::LoadDriver>> writers = {};   ///< past the bouncers
  std::vector<std::unique_ptr<support::SqlSession>> sessions = {};  ///< open until the run is over
  std::shared_ptr<ControllersNetwork> network = {};                 ///< where the fault asks for it
};

struct Fault {
  std::string name;  ///< as in the table
  std::function<void(Scene&)> strike;
  std::function<void(Scene&)> heal = [](Scene&) {};  ///< soon after; the run may still go on
  bool over_ssh = false;                             ///< agents are reached by ssh
  bool fakes_time = false;                           ///< the controller's clock can be set
  /// What begins at the moment before the decision; the locks that hold writers may hold faults.
  std::string early_step = "decide";
  bool lasts = false;  ///< from before the run to its end: there is one moment only
  /// What else is broken in the end; empty: nothing.
  std::function<std::string(Scene&)> broken_in_the_end = [](Scene&) { return ""; };
  bool half_only = false;  ///< strikes what has not switched while another has
  std::chrono::milliseconds heals_after{1'000};  ///< the strike, or at the end of the run
  bool through_proxies = false;  ///< the controller reaches blue and green by ways of its own
};

const std::vector<Fault>& all_faults();

/// False: the cell would be the same as another, or there is nothing to strike.
bool strikes_at(const Fault& fault, const Moment& moment);

}  // namespace cutover::faults
