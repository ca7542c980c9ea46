// See metrics.h.
#include "agent/metrics.h"

#include "agent/metric_catalogue.h"
#include "agent/reported_gauge.h"

namespace cutover::agent {

Metrics::Metrics(const std::string& program_version) : MetricPage(metric_catalogue()) {
  set("cutover_agent_build_info", {{"version", program_version}}, 1);
  for (const char* reason : {"switch", "abort", "lease"})
    count("cutover_resumes_total", {{"reason", reason}}, 0);
  for (const char* name :
       {"cutover_pause_started_timestamp_seconds", "cutover_pause_ended_timestamp_seconds",
        "cutover_lease_expires_timestamp_seconds"})
    set(name, {}, 0);
}

void Metrics::observe_pause(double seconds) {
  observe("cutover_pause_seconds", {}, seconds);
}

void Metrics::report_phase(const std::string& phase, const std::map<std::string, double>& gauges) {
  std::map<Labels, double> phases;
  if (!phase.empty()) phases[{{"phase", phase}}] = 1;
  replace("cutover_phase", phases);
  std::map<std::string, std::map<Labels, double>> reported;
  for (const auto& [text, value] : gauges) {
    const auto gauge = parse_reported_gauge(text);
    if (gauge) reported[gauge->name][gauge->labels] = value;
  }
  for (const auto& [name, series] : reported) replace_foreign(name, series);
}

Result<void> Metrics::expose(const std::string& listen) {
  return MetricPage::expose(
      listen, "choose a free address for `listen` of [metrics] in agent.toml, or \"\"");
}

}  // namespace cutover::agent
