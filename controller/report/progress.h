// Prints each step of a run as it happens, one line each, with its time and how long writes were
// held. What fails again and again in the same way is told once an attempt.
#pragma once

#include <cstdio>
#include <optional>
#include <string>

#include "controller/cutover/events.h"

namespace cutover {

struct ProgressStyle {
  bool color = false;
};

class Progress : public Listener {
 public:
  Progress(std::FILE* out, ProgressStyle style) : out_(out), style_(style) {}
  void on(const Event& event, const RunState& state) override;

 private:
  void line(const char* mark, const char* color, const std::string& text);
  bool is_repeated(const StepEnded& event);
  void print(const RunBegan& event);
  void print(const AttemptBegan& event);
  void print(const StepBegan& event);
  void print(const StepEnded& event);
  void print(const PauseBegan& event);
  void print(const PauseEnded& event);
  void print(const AttemptFailed& event);
  void print(const RunEnded& event);

  std::FILE* out_;
  ProgressStyle style_;
  std::optional<StepEnded> last_failure_;
};

/// "1.23 s", "45.6 ms"
std::string duration_text(std::chrono::microseconds duration);

}  // namespace cutover
