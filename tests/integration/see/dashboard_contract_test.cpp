// Debian's Prometheus scrapes a real run, and every expression of every panel has data.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "tests/integration/see/seen_fleet.h"

namespace cutover::tests {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

/// What Grafana makes of an expression.
std::string asked(const std::string& expression) {
  auto text = replaced(expression, "$job", ".+");
  text = replaced(text, "$instance", ".+");
  text = replaced(text, "$__rate_interval", "10s");
  return replaced(text, "$__range", "10m");
}

/// Title and expression.
std::vector<std::pair<std::string, std::string>> expressions_of_the_dashboard() {
  std::vector<std::pair<std::string, std::string>> all;
  const auto dashboard =
      json::parse(text_of_file(CUTOVER_SOURCE_DIR "/grafana/cutover.json")).as_object();
  const auto text = [](const json::value& value, const char* key) {
    return std::string(value.as_object().at(key).as_string());
  };
  for (const auto& panel : dashboard.at("panels").as_array()) {
    if (text(panel, "type") == "row") continue;
    for (const auto& target : panel.as_object().at("targets").as_array())
      all.emplace_back(text(panel, "title"), asked(text(target, "expr")));
  }
  for (const auto& note : dashboard.at("annotations").as_object().at("list").as_array())
    all.emplace_back("annotation " + text(note, "name"), asked(text(note, "expr")));
  return all;
}

TEST(DashboardContract, EveryExpressionOfEveryPanelHasDataOfARealRun) {
  SeenFleet seen;
  const auto& prometheus = seen.prometheus();
  ASSERT_EQ(prometheus.query("cutover_no_such_metric"), "") << "no data is told from data";
  // What follows blue is gone with the forward slot when green serves.
  ASSERT_TRUE(prometheus.has_data("cutover_lag_bytes{direction=\"forward\"}", seconds(30)));
  const auto expressions = expressions_of_the_dashboard();
  EXPECT_GT(expressions.size(), 25u);
  std::set<std::string> had_data;
  for (const auto& [title, expression] : expressions)
    if (!prometheus.query(expression).empty()) had_data.insert(expression);
  const auto finished = seen.rig().cutover({"--no-dry-run", "--yes"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  ASSERT_TRUE(seen.fleet().everyone_writes());
  for (const char* seen_after :
       {"cutover_fenced == 1", "cutover_way_back_open == 1",
        "cutover_lag_bytes{direction=\"back\"}", "cutover_slot_active{slot=\"cutover_back\"} == 1"})
    ASSERT_TRUE(prometheus.has_data(seen_after, seconds(60))) << seen_after;

  for (const auto& [title, expression] : expressions) {
    const bool before = had_data.contains(expression);
    EXPECT_TRUE(before || prometheus.has_data(expression, seconds(30)))
        << title << ": " << expression;
  }
  // What a slow scrape would have missed is there all the same.
  EXPECT_FALSE(prometheus.query("cutover_pause_seconds_count == 1").empty());
  EXPECT_FALSE(prometheus.query("sum(cutover_resumes_total{reason=\"switch\"}) == 2").empty());
  EXPECT_FALSE(
      prometheus.query("cutover_step_seconds{job=\"cutover-agent\",step=\"decide\"}").empty());
  EXPECT_FALSE(prometheus.query("cutover_bouncer_serves{side=\"green\"} == 1").empty());
  EXPECT_TRUE(seen.fleet().verdict().is_clean());
}

}  // namespace
}  // namespace cutover::tests
