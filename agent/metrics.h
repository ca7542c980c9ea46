// The agent's metrics: the values behind metric_catalogue.h and what the controller reports.
#pragma once

#include <map>
#include <string>

#include "common/metrics/metric_page.h"

namespace cutover::agent {

class Metrics : public MetricPage {
 public:
  explicit Metrics(const std::string& program_version);

  void observe_pause(double seconds);

  /// What the controller reports, so that it outlives the run: its phase, and gauges named
  /// `cutover_name` or `cutover_name{label="value"}`, of every name all series there are. Names
  /// that are none, or the agent's own, are left out.
  void report_phase(const std::string& phase, const std::map<std::string, double>& gauges);

  /// Serves /metrics on "host:port" until this object ends.
  Result<void> expose(const std::string& listen);
};

}  // namespace cutover::agent
