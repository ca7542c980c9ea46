// A run on the screen while it goes on: steps with their times, the pause against its budget, lag,
// bouncers. Takes events and looks, gives frames; pure, time is an input.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/cutover/events.h"
#include "controller/display/fleet_history.h"
#include "controller/display/frame.h"

namespace cutover {

class RunView {
 public:
  RunView(const Plan& plan, const RunLimits& limits, TimePoint now);

  void take(const Event& event, TimePoint now);
  void take(const FleetLook& look);
  /// What was printed: the last lines are shown.
  void take_print(const std::string& text);

  bool clients_wait() const { return paused_at_.has_value(); }
  Frame frame(FrameSize size, const Glyphs& glyphs, TimePoint now) const;

 private:
  struct StepSight {
    std::string name;
    bool undo = false;
    bool undone = false;
    std::optional<TimePoint> began;
    std::optional<Outcome> outcome;
    std::chrono::microseconds took{0};
  };

  StepSight& step_named(const std::string& name);
  void forget_attempt();
  FrameLine head(TimePoint now) const;
  FrameLine pause_line(FrameSize size, const Glyphs& glyphs, TimePoint now) const;
  Frame lag_lines(const Glyphs& glyphs) const;
  Frame bouncer_lines() const;
  Frame step_lines(TimePoint now) const;
  static FrameLine step_line(const StepSight& step, TimePoint now);
  std::size_t current_step() const;

  std::string plan_name_;
  std::vector<std::string> attempt_steps_;
  std::vector<StepSight> steps_;
  RunLimits limits_;
  TimePoint began_;
  std::uint32_t attempt_ = 1;
  std::optional<TimePoint> paused_at_;
  std::optional<std::chrono::microseconds> held_;
  std::optional<RunOutcome> outcome_;
  std::string news_;
  Style news_style_ = Style::plain;
  std::deque<std::string> prints_;
  FleetLook look_;
  FleetHistory history_;
};

}  // namespace cutover
