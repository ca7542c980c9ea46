// The metrics page.
#include "agent/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/metric_catalogue.h"

namespace cutover::agent {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, EveryRowOfTheCatalogueHasAHelpAndALegalName) {
  for (const MetricRow& row : metric_catalogue()) {
    EXPECT_TRUE(std::string(row.name).starts_with("cutover_")) << row.name;
    EXPECT_NE(std::string(row.help), "");
    EXPECT_EQ(row.kind == MetricKind::counter, std::string(row.name).ends_with("_total"));
  }
}

TEST(Metrics, ResumesOfEveryReasonAreThereFromTheStart) {
  const Metrics metrics("1.2.3");
  const std::string page = metrics.text();
  for (const char* reason : {"switch", "abort", "lease"})
    EXPECT_THAT(page, HasSubstr("cutover_resumes_total{reason=\"" + std::string(reason) + "\"} 0"));
  EXPECT_THAT(page, HasSubstr("cutover_agent_build_info{version=\"1.2.3\"} 1"));
}

TEST(Metrics, OnlyThePhaseReportedLastIsOne) {
  Metrics metrics("1");
  metrics.report_phase("pause", {});
  metrics.report_phase("switch", {});
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_phase{phase=\"switch\"} 1"));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("phase=\"pause\"")));
}

TEST(Metrics, ReportedGaugesOutliveTheReport) {
  Metrics metrics("1");
  metrics.report_phase("done", {{"cutover_lag_bytes{database=\"a\"}", 12}, {"bad name", 1}});
  metrics.report_phase("done", {});
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_lag_bytes{database=\"a\"} 12"));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("bad name")));
}

TEST(Metrics, AReportCannotOverwriteTheAgentsOwn) {
  Metrics metrics("1");
  metrics.report_phase("x", {{"cutover_agent_epoch", 99}, {"cutover_resumes_total", 5}});
  EXPECT_THAT(metrics.text(), Not(HasSubstr("cutover_agent_epoch 99")));
}

TEST(Metrics, ACounterWhoseSourceBeganAnewCountsOn) {
  Metrics metrics("1");
  metrics.count_up_to("cutover_console_errors_total", {{"pgbouncer", "m"}}, 3);
  metrics.count_up_to("cutover_console_errors_total", {{"pgbouncer", "m"}}, 2);
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_console_errors_total{pgbouncer=\"m\"} 5"));
}

TEST(Metrics, AnAddressThatIsTakenIsAnErrorWithAHint) {
  Metrics metrics("1");
  const auto exposed = metrics.expose("256.0.0.1:1");
  ASSERT_TRUE(exposed.has_error());
  EXPECT_NE(exposed.error().hint, "");
}

}  // namespace
}  // namespace cutover::agent
