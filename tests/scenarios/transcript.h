// A run as text: every event of the executor and every call of the fleet with its virtual time.
#pragma once

#include <string>

#include "controller/cutover/events.h"
#include "controller/cutover/execute.h"
#include "tests/scenarios/virtual_clock.h"

namespace cutover::scenarios {

class Transcript : public Listener {
 public:
  explicit Transcript(const VirtualClock& clock) : clock_(clock) {}

  void on(const Event& event, const RunState& state) override;
  void add(const std::string& line);
  const std::string& text() const { return text_; }

 private:
  const VirtualClock& clock_;
  std::string text_;
};

/// Empty when `text` is what golden/NAME.txt holds, else how they differ. With
/// CUTOVER_REGENERATE_GOLDEN set it writes the file instead.
std::string differs_from_golden(const std::string& name, const std::string& text);

}  // namespace cutover::scenarios
