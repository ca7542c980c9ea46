#include <fmt/format.h>

#include "common/metrics/metric_row.h"

namespace cutover {

const char* name_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return "counter";
    case MetricKind::gauge:
      return "gauge";
    case MetricKind::histogram:
      return "histogram";
  }
  return "";
}

std::string markdown_table(MetricCatalogue catalogue) {
  std::string table = "| metric | kind | labels | what it says |\n|---|---|---|---|\n";
  for (const auto& row : catalogue) {
    table +=
        fmt::format("| `{}` | {} | {} | {} |\n", row.name, name_of(row.kind), row.labels, row.help);
  }
  return table;
}

}  // namespace cutover
