// Performs one step: tells the listeners, limits it in time, settles a doubt by looking, keeps the
// report and the clock of the pause. The order of steps is execute.cpp's business.
#pragma once

#include <optional>

#include "controller/cutover/execute.h"

namespace cutover {

class Performer {
 public:
  Performer(Actuator& fleet, RunState& state, Listeners listeners);

  /// Never in doubt where `holds` could find out. An exception from the fleet counts as a doubt.
  Task<Outcome> apply(const Step& step);
  /// The same; but once `lease` is no longer done the step ends as at its limit, and what it did is
  /// left in doubt: whoever holds clients has no time to look before the undo.
  Task<Outcome> apply_under(const Outcome& lease, const Step& step);
  Task<Outcome> undo(const Step& step, milliseconds limit);

  void begin_attempt(std::uint32_t attempt);
  void end_attempts() { attempt_ = 0; }
  /// The last RESUME was answered.
  void end_pause();
  /// The same when `step` is the one that began the pause: it is undone, or its leases end it.
  void end_pause_of(const Step& step);
  /// Clients wait, and undoing `step` neither lets them go nor must come before that.
  bool only_delays_resume(const Step& step) const;
  /// Of the pause budget; the whole of it while nothing is paused.
  std::chrono::microseconds budget_left() const;

  void tell(const Event& event) const;
  RunReport& report() { return report_; }

 private:
  Task<Outcome> apply_within_limit(const Step& step, const Outcome* lease);
  Task<Outcome> settle(const Step& step, Outcome doubt, const Outcome* lease);
  Task<void> until_limit_or_loss(std::chrono::microseconds limit, const Outcome* lease) const;
  Task<Outcome> perform(const Step& step, const Outcome* lease);
  std::chrono::microseconds limit_of(const Step& step) const;
  void begin_pause(const Step& step);

  Actuator& fleet_;
  RunState& state_;
  Listeners listeners_;
  RunReport report_;
  std::uint32_t attempt_ = 0;
  std::optional<TimePoint> pause_began_;
  const Step* pausing_step_ = nullptr;
};

}  // namespace cutover
