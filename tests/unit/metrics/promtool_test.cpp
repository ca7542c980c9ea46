// `promtool check metrics` on pages that hold every metric of the catalogues.
#include <gtest/gtest.h>

#include "agent/metric_catalogue.h"
#include "agent/metrics.h"
#include "controller/metrics/controller_metrics.h"
#include "controller/metrics/metric_catalogue.h"
#include "tests/support/child_process.h"

namespace cutover {
namespace {

void fill(MetricPage& page, MetricCatalogue catalogue) {
  for (const auto& row : catalogue) {
    if (row.kind == MetricKind::counter) page.count(row.name, {{"label", "x"}}, 1);
    if (row.kind == MetricKind::gauge) page.set(row.name, {{"label", "x"}}, 1);
    if (row.kind == MetricKind::histogram) page.observe(row.name, {}, 0.04);
  }
}

void expect_clean(const MetricPage& page) {
  const auto checked =
      support::run_program({.argv = {"promtool", "check", "metrics"}, .input = page.text()});
  EXPECT_EQ(checked.exit_code, 0) << checked.output << checked.errors;
  EXPECT_EQ(checked.output + checked.errors, "");
}

TEST(Promtool, FindsNoFaultWithTheAgentsMetrics) {
  agent::Metrics metrics("1.2.3");
  metrics.report_phase("switch", {{"cutover_step_seconds{step=\"pause\"}", 0.1}});
  fill(metrics, agent::metric_catalogue());
  expect_clean(metrics);
}

TEST(Promtool, FindsNoFaultWithTheControllersMetrics) {
  ControllerMetrics metrics;
  fill(metrics, controller_metric_catalogue());
  expect_clean(metrics);
}

}  // namespace
}  // namespace cutover
