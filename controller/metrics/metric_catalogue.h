// What the controller exports, one row a metric.
#pragma once

#include "common/metrics/metric_row.h"

namespace cutover {

MetricCatalogue controller_metric_catalogue();

}  // namespace cutover
