// Tells the agents which phase the run is in, for their metrics. Best effort, and never in the way
// of the run: nothing is sent while clients wait.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <string>

#include "controller/cutover/events.h"
#include "controller/cutover/fleet.h"

namespace cutover {

class PhaseReporter : public Listener {
 public:
  PhaseReporter(boost::asio::any_io_executor executor, Actuator& fleet);
  void on(const Event& event, const RunState& state) override;
  /// The last phase, and the end of reports that are still under way.
  Task<void> finish();

 private:
  void report(const std::string& phase);

  boost::asio::any_io_executor executor_;
  Actuator& fleet_;
  int under_way_ = 0;
  bool clients_wait_ = false;
};

}  // namespace cutover
