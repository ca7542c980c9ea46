// The values behind a catalogue of metrics: a page for Prometheus, served or written to a file.
// Safe to use from several threads.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/metrics/metric_row.h"

namespace cutover {

class MetricPage {
 public:
  using Labels = std::map<std::string, std::string>;

  explicit MetricPage(MetricCatalogue catalogue);
  ~MetricPage();
  MetricPage(const MetricPage&) = delete;
  MetricPage& operator=(const MetricPage&) = delete;

  void set(const std::string& name, const Labels& labels, double value);
  void count(const std::string& name, const Labels& labels, double by = 1);
  /// A counter whose value is kept elsewhere. One that became smaller has begun anew.
  void count_up_to(const std::string& name, const Labels& labels, double value);
  using Parts = std::map<std::string, double>;
  /// The same for a counter that is the sum of several kept elsewhere: one that began anew says
  /// nothing of the others, and one that is gone takes nothing away.
  void count_up_to(const std::string& name, const Labels& labels, const Parts& parts);
  void observe(const std::string& name, const Labels& labels, double value);
  /// All series of a gauge: those that are not in `series` are forgotten.
  void replace(const std::string& name, const std::map<Labels, double>& series);
  /// The same for a gauge that is in no catalogue, as another program reports it; ignored where
  /// `name` is taken by the catalogue, and what is too many is left out.
  void replace_foreign(const std::string& name, std::map<Labels, double> series);
  /// Every gauge as it is now: name{label="value"} → value.
  std::map<std::string, double> gauges() const;

  /// Serves /metrics on "host:port" until this object ends. `hint` goes with a failure.
  Result<void> expose(const std::string& listen, const std::string& hint);
  /// The page as text.
  std::string text() const;
  /// Replaces the file in one step; readable by everyone, as node_exporter wants it.
  Result<void> write_textfile(const std::string& path) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover
