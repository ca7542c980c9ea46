// What the executor tells while it runs; journal, log, metrics and progress subscribe. A listener
// must not block.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "controller/cutover/step.h"

namespace cutover {

struct RunBegan {
  std::string plan;
};
struct AttemptBegan {
  std::uint32_t attempt;  ///< from 1
};
/// Before apply (or undo) is called: the journal has it on disk first.
struct StepBegan {
  std::string step;
  bool is_undo = false;
};
struct StepEnded {
  std::string step;
  bool is_undo = false;
  Outcome outcome;
  std::chrono::microseconds took;
};
/// Clients begin and end to wait; `held` is the time between.
struct PauseBegan {};
struct PauseEnded {
  std::chrono::microseconds held;
};
struct AttemptFailed {
  std::uint32_t attempt;
  Outcome outcome;
  milliseconds next_in;  ///< 0: there is no further attempt
};
struct RunEnded {
  RunOutcome outcome;
};

using Event = std::variant<RunBegan, AttemptBegan, StepBegan, StepEnded, PauseBegan, PauseEnded,
                           AttemptFailed, RunEnded>;

class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on(const Event& event, const RunState& state) = 0;
};
using Listeners = std::vector<Listener*>;

}  // namespace cutover
