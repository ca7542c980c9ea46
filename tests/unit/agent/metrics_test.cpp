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

TEST(Metrics, AReportReplacesAllThatEarlierOnesSaidUnderTheSameName) {
  Metrics metrics("1");
  metrics.report_phase("idle", {{"cutover_last_run_outcome{outcome=\"aborted\"}", 1},
                                {"cutover_step_seconds{step=\"pause\"}", 2},
                                {"cutover_step_seconds{step=\"undo\"}", 3},
                                {"cutover_last_pause_seconds", 4}});
  metrics.report_phase("idle", {{"cutover_last_run_outcome{outcome=\"done\"}", 1},
                                {"cutover_step_seconds{step=\"pause\"}", 5}});
  const auto page = metrics.text();
  EXPECT_THAT(page, HasSubstr("cutover_last_run_outcome{outcome=\"done\"} 1"));
  EXPECT_THAT(page, Not(HasSubstr("aborted")));
  EXPECT_THAT(page, HasSubstr("cutover_step_seconds{step=\"pause\"} 5"));
  EXPECT_THAT(page, Not(HasSubstr("step=\"undo\"")));
  EXPECT_THAT(page, HasSubstr("cutover_last_pause_seconds 4"));
}

TEST(Metrics, SeriesThatAReportTookAwayMakeRoomForOthers) {
  Metrics metrics("1");
  for (int report = 0; report < 600; ++report) {
    const auto step = std::to_string(report);
    metrics.report_phase("x", {{"cutover_step_seconds{step=\"" + step + "\"}", 1}});
  }
  EXPECT_THAT(metrics.text(), HasSubstr("cutover_step_seconds{step=\"599\"} 1"));
}

TEST(Metrics, ReportsOfTooManySeriesLeaveSomeOut) {
  Metrics metrics("1");
  std::map<std::string, double> many;
  for (int step = 0; step < 1000; ++step)
    many["cutover_step_seconds{step=\"" + std::to_string(step) + "\"}"] = 1;
  metrics.report_phase("x", many);
  const auto page = metrics.text();
  std::size_t told = 0;
  for (auto at = page.find("{step="); at != std::string::npos; at = page.find("{step=", at + 1))
    ++told;
  EXPECT_EQ(told, 500U);
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
