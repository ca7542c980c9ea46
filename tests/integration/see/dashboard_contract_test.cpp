// Debian's Prometheus scrapes a real run, and every expression of every panel has data.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "tests/integration/cutover/fleet_under_load.h"
#include "tests/integration/see/prometheus_server.h"
#include "tests/support/free_port.h"
#include "tests/support/rig/programs.h"

namespace cutover::tests {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

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
      json::parse(text_of(CUTOVER_SOURCE_DIR "/grafana/cutover.json")).as_object();
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

std::string metrics_table(std::uint16_t port) {
  return "[metrics]\nlisten = \"127.0.0.1:" + std::to_string(port) + "\"\n";
}

std::string address(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

FleetOptions fleet_that_serves_metrics(std::uint16_t port) {
  FleetOptions options;
  options.rig.blue_major = 15;
  options.rig.green_major = 17;
  options.rig.more_config = metrics_table(port);
  return options;
}

/// `watch --metrics-only` beside the runs, on a port of its own.
support::ChildProcess start_watch(FleetUnderLoad& fleet, std::uint16_t run_port,
                                  std::uint16_t watch_port) {
  const auto config = fleet.rig().config_path();
  const auto own = config.parent_path() / "watch.toml";
  std::ofstream(own) << replaced(text_of(config.string()), metrics_table(run_port),
                                 metrics_table(watch_port));
  support::ChildOptions child;
  child.argv = {support::cutover_program().string(), "--config", own.string(), "watch",
                "--metrics-only"};
  child.environment["PGPASSFILE"] = (config.parent_path() / "pgpass").string();
  return support::ChildProcess(std::move(child));
}

/// What a way back leaves on green, where the run makes none itself.
void make_way_back_slot(FleetUnderLoad& fleet) {
  fleet.rig().green().sql(
      "SELECT pg_create_logical_replication_slot('cutover_way_back', 'pgoutput')", "app");
}

TEST(DashboardContract, EveryExpressionOfEveryPanelHasDataOfARealRun) {
  const support::FreePort run_port, watch_port;
  FleetUnderLoad fleet(fleet_that_serves_metrics(run_port.number()));
  const auto watch = start_watch(fleet, run_port.number(), watch_port.number());
  support::PrometheusOptions options;
  options.targets = {{"cutover", address(run_port.number())},
                     {"cutover", address(watch_port.number())}};
  for (int host = 0; host < fleet.rig().options().hosts; ++host)
    options.targets.emplace_back("cutover-agent", address(fleet.rig().agent(host).metrics_port()));
  const support::PrometheusServer prometheus(options);
  ASSERT_TRUE(prometheus.has_data("cutover_fenced == 0", seconds(30))) << watch.errors();

  const auto finished = fleet.rig().cutover({"--no-dry-run", "--yes"});
  ASSERT_EQ(finished.exit_code, 0) << finished.output << finished.errors;
  ASSERT_TRUE(fleet.everyone_writes());
  make_way_back_slot(fleet);
  ASSERT_TRUE(prometheus.has_data("cutover_fenced == 1", seconds(30))) << watch.errors();

  const auto expressions = expressions_of_the_dashboard();
  EXPECT_GT(expressions.size(), 25u);
  for (const auto& [title, expression] : expressions)
    EXPECT_TRUE(prometheus.has_data(expression, seconds(30))) << title << ": " << expression;
  // What a slow scrape would have missed is there all the same.
  EXPECT_FALSE(prometheus.query("cutover_pause_seconds_count == 1").empty());
  EXPECT_FALSE(prometheus.query("sum(cutover_resumes_total{reason=\"switch\"}) == 2").empty());
  EXPECT_FALSE(
      prometheus.query("cutover_step_seconds{job=\"cutover-agent\",step=\"decide\"}").empty());
  EXPECT_FALSE(prometheus.query("cutover_bouncer_serves{side=\"green\"} == 1").empty());
  EXPECT_TRUE(fleet.verdict().is_clean());
}

}  // namespace
}  // namespace cutover::tests
