// What the agents are told of a run besides its phase, so that it outlives the controller: steps,
// pause, outcome; as names of gauges with their values.
#pragma once

#include <map>
#include <string>

#include "controller/cutover/events.h"
#include "controller/metrics/controller_metrics.h"

namespace cutover {

class StepGauges : public Listener {
 public:
  void on(const Event& event, const RunState&) override { page_.take(event); }
  std::map<std::string, double> gauges() const;

 private:
  ControllerMetrics page_;
};

}  // namespace cutover
