// The comparison as tables, CSV and a plot.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tests/benchmarks/comparison.h"
#include "tests/benchmarks/load_shape.h"
#include "tests/benchmarks/strip_plot.h"
#include "tests/benchmarks/summary.h"

namespace cutover::bench {
namespace {

const std::map<std::string, std::string>& words() {
  static const std::map<std::string, std::string> words{
      {"floor", "floor: bare PAUSE + RESUME"},
      {"cutover", "**cutover**"},
      {"rollback", "**cutover rollback**"},
      {"runbook", "the runbook's script"},
      {"read-only", "blue read-only, PgBouncer restarted"},
      {"rehearse", "cutover rehearse"}};
  return words;
}

std::string color_of(const std::string& way) {
  static const std::map<std::string, std::string> colors{{"floor", "#888888"},
                                                         {"cutover", "#59a14f"},
                                                         {"rollback", "#4e79a7"},
                                                         {"runbook", "#f28e2b"},
                                                         {"read-only", "#e15759"}};
  const auto found = colors.find(way);
  return found == colors.end() ? "#4e79a7" : found->second;
}

std::string three(const std::vector<double>& values) {
  return fmt::format("{:.1f} | {:.1f} | {:.1f}", quantile(values, 0.5), quantile(values, 0.99),
                     quantile(values, 1));
}

std::string row(const Samples& samples) {
  std::uint64_t failed = 0;
  int refused = 0;
  double attempts = 0;
  const auto not_switched = samples.size() - done_of(samples).size();
  for (const Sample& sample : samples) {
    failed += sample.failed;
    refused += sample.refused;
    attempts = std::max(attempts, sample.attempts);
  }
  const auto& way = samples.front().way;
  return fmt::format("| {} | {} | {} | {} | {:.0f} | {} | {} | {:.0f} | {} |\n", words().at(way),
                     samples.size(), three(stalls_of(samples)), three(helds_of(samples)),
                     quantile(bouncer_waits_of(samples), 0.5), failed,
                     way == "runbook" ? std::to_string(refused) : "", attempts, not_switched);
}

std::string verdict(const std::string& whose, const RoundVerdict& verdict) {
  if (verdict.acknowledged == 0) return whose + ": writes not compared with the servers\n";
  return fmt::format("{}: {} lost, {} doubled, {} failed of {} writes acknowledged\n", whose,
                     verdict.lost, verdict.doubled, verdict.failed, verdict.acknowledged);
}

}  // namespace

std::string to_markdown(const ComparisonResult& result) {
  std::string text;
  for (const std::string& group : groups_of(result.samples)) {
    text += fmt::format("### Load {}: {}\n\n", group, load_shape(group).meaning);
    text +=
        "| | runs | stall p50 | p99 | max | held p50 | p99 | max | PgBouncer's own count of "
        "waiting, "
        "all clients, p50 | failed writes | refused to start | attempts, max | not switched |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (const std::string& way : ways_of(result.samples)) {
      const auto samples = samples_of(result.samples, group, way);
      if (!samples.empty()) text += row(samples);
    }
    text += "\n";
  }
  return text + verdict("cutover and rollback", result.ours) +
         verdict("the two scripts", result.scripts);
}

std::string to_csv(const Samples& samples) {
  std::vector<std::string> names;
  for (const Sample& sample : samples)
    for (const auto& [name, took] : sample.steps)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  std::string csv =
      "group,way,round,held_ms,stall_ms,bouncer_wait_ms,failed,refused,attempts,exit_code";
  for (const auto& name : names) csv += "," + name + "_ms";
  csv += "\n";
  for (const Sample& sample : samples) {
    csv += fmt::format("{},{},{},{:.3f},{:.3f},{:.3f},{},{},{},{}", sample.group, sample.way,
                       sample.round, sample.held, sample.stall, sample.bouncer_wait, sample.failed,
                       sample.refused, sample.attempts, sample.exit_code);
    for (const auto& name : names) {
      const auto found = std::find_if(sample.steps.begin(), sample.steps.end(),
                                      [&](const auto& step) { return step.first == name; });
      csv += found == sample.steps.end() ? "," : fmt::format(",{:.3f}", found->second);
    }
    csv += "\n";
  }
  return csv;
}

std::string to_svg(const Samples& samples) {
  std::vector<Strip> strips;
  for (const std::string& group : groups_of(samples))
    for (const std::string& way : ways_of(samples))
      strips.push_back(
          {group + " · " + way, stalls_of(samples_of(samples, group, way)), color_of(way)});
  return strip_plot(strips, "longest stall of any client: a dot per run, a line for the median");
}

}  // namespace cutover::bench
