// The agent's metrics: one table (name, kind, help), the values behind it, and the /metrics page.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "common/base/result.h"

namespace cutover::agent {

enum class MetricKind { counter, gauge, histogram };

struct MetricRow {
  const char* name;
  MetricKind kind;
  const char* help;
};

std::span<const MetricRow> metric_catalogue();

class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  explicit Metrics(const std::string& program_version);
  ~Metrics();

  void set(const char* name, const Labels& labels, double value);
  void count(const char* name, const Labels& labels, double by = 1);
  /// A counter whose value is kept elsewhere and only grows.
  void count_up_to(const char* name, const Labels& labels, double value);
  void observe_pause(double seconds);
  /// All series of a gauge: those that are not in `series` are forgotten.
  void replace(const char* name, const std::map<Labels, double>& series);

  /// What the controller reports, so that it outlives the run: its phase, and gauges named
  /// `cutover_name` or `cutover_name{label="value"}`. Names that are none, or the agent's own, are
  /// left out.
  void report_phase(const std::string& phase, const std::map<std::string, double>& gauges);

  /// Serves /metrics on "host:port" until this object ends.
  Result<void> expose(const std::string& listen);
  /// The page as text.
  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover::agent
