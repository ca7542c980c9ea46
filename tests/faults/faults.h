// What may go wrong while a cutover runs, each as something that strikes a fleet and, where it
// passes, something that heals it.
#pragma once

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

enum class Moment { before_the_decision, between, during_the_switch };
inline constexpr Moment all_moments[] = {Moment::before_the_decision, Moment::between,
                                         Moment::during_the_switch};
/// "before the decision", …
const char* name_of(Moment moment);

/// What a strike has to work on.
struct Scene {
  tests::FleetUnderLoad& fleet;
  Moment moment;
  std::vector<std::string> command = {};  ///< of the controller; none: the cutover
  HeldController controller = {};
  std::vector<std::unique_ptr<support::LoadDriver>> writers = {};   ///< past the bouncers
  std::vector<std::unique_ptr<support::SqlSession>> sessions = {};  ///< open until the run is over
};

struct Fault {
  std::string name;  ///< as in the table
  std::function<void(Scene&)> strike;
  std::function<void(Scene&)> heal = [](Scene&) {};  ///< soon after; the run may still go on
  bool over_ssh = false;                             ///< agents are reached by ssh
  bool fakes_time = false;                           ///< the controller's clock can be set
  /// The moment before the decision, where the locks that hold writers would hold the fault too.
  std::string early_moment = "began decide";
  bool lasts = false;  ///< from before the run to its end: there is one moment only
  /// What else is broken in the end; empty: nothing.
  std::function<std::string(Scene&)> broken_in_the_end = [](Scene&) { return ""; };
};

const std::vector<Fault>& all_faults();

}  // namespace cutover::faults
