// Debian's Prometheus for a test: scrapes what it is told to, many times a second.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cutover::support {

struct PrometheusOptions {
  /// Job and "host:port".
  std::vector<std::pair<std::string, std::string>> targets;
  std::string rules = {};  ///< text of a rule file; empty: none
};

class PrometheusServer {
 public:
  /// Ready to be asked. Throws, with its log, when it does not start.
  explicit PrometheusServer(const PrometheusOptions& options);
  PrometheusServer(PrometheusServer&&) noexcept;
  ~PrometheusServer();

  /// What `promtool query instant` prints: a line a series, empty for no data; an error throws.
  std::string query(const std::string& expression) const;
  /// True as soon as the query gives data.
  bool has_data(const std::string& expression, std::chrono::milliseconds limit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover::support
