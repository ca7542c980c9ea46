// A metric is a row of a table: page, documentation and tests read the same one.
#pragma once

#include <span>
#include <string>

namespace cutover {

enum class MetricKind { counter, gauge, histogram };

struct MetricRow {
  const char* name;
  MetricKind kind;
  const char* labels;  ///< "side, database"; "" for none
  const char* help;
};

using MetricCatalogue = std::span<const MetricRow>;

/// "counter", "gauge", "histogram"
const char* name_of(MetricKind kind);
/// For docs/metrics.md.
std::string markdown_table(MetricCatalogue catalogue);

}  // namespace cutover
