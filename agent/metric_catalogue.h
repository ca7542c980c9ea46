// What the agent exports, one row a metric.
#pragma once

#include "common/metrics/metric_row.h"

namespace cutover::agent {

MetricCatalogue metric_catalogue();

}  // namespace cutover::agent
