// Names of gauges that a controller may report.
#include "agent/reported_gauge.h"

#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

TEST(ReportedGauge, NameAloneAndWithLabelsAreRead) {
  EXPECT_EQ(parse_reported_gauge("cutover_fenced")->name, "cutover_fenced");
  const auto gauge = parse_reported_gauge(R"(cutover_lag_bytes{database="a b",direction="back"})");
  ASSERT_TRUE(gauge);
  EXPECT_EQ(gauge->labels.at("database"), "a b");
  EXPECT_EQ(gauge->labels.at("direction"), "back");
}

TEST(ReportedGauge, WhatPrometheusWouldNotTakeIsLeftOut) {
  for (const char* text : {"", "other_name", "cutover_", "cutover_x{", "cutover_x{a=b}",
                           "cutover_x{a=\"b\"\n}", "cutover_x{__a=\"b\"}", "cutover_x y"})
    EXPECT_FALSE(parse_reported_gauge(text)) << text;
}

}  // namespace
}  // namespace cutover::agent
