// The name of a gauge as the controller reports it: cutover_name{label="value",…}. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace cutover::agent {

struct ReportedGauge {
  std::string name;
  std::map<std::string, std::string> labels;
};

/// Nothing unless the name starts with cutover_ and name and labels are legal in Prometheus.
std::optional<ReportedGauge> parse_reported_gauge(const std::string& text);

}  // namespace cutover::agent
