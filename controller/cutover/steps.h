// What the steps of the plans do: apply, holds and undo of each, as plain functions. The order is
// in plan.cpp.
#pragma once

#include "controller/cutover/step.h"

namespace cutover::steps {

struct Parts {
  Task<Outcome> (*apply)(Actuator&, RunState&);
  Task<Outcome> (*holds)(const Observer&, const RunState&);
  Task<Outcome> (*undo)(Actuator&, RunState&);  ///< null: there is no way back
};

extern const Parts claim;
extern const Parts arm;
extern const Parts before_pause_hook;
extern const Parts quiet_moment;
extern const Parts pause;
extern const Parts hold_writers;
extern const Parts mark;
extern const Parts first_gate;
extern const Parts decide;
extern const Parts seal;
extern const Parts after_decision_hook;
extern const Parts second_gate;
extern const Parts last_look;
extern const Parts old_fence;
extern const Parts switch_over;
extern const Parts prove;
extern const Parts way_back;
extern const Parts after_resume_hook;
extern const Parts release;
extern const Parts on_abort_hook;

// Recovery only.
extern const Parts arm_again;
extern const Parts second_gate_again;
extern const Parts way_back_if_armed;
extern const Parts undo_decision;
extern const Parts resume;
extern const Parts disarm;

}  // namespace cutover::steps
