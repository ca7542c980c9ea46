#include "tests/benchmarks/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace cutover::bench {
namespace {

using Value = std::function<double(const Measurement&)>;

double step_of(const Measurement& measurement, const std::string& name) {
  for (const auto& [step, took] : measurement.steps)
    if (step == name) return took;
  return 0;
}

std::string row(const std::string& name, const std::vector<Measurement>& all, const Value& value) {
  std::vector<double> values;
  for (const auto& each : all) values.push_back(value(each));
  return fmt::format("| {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n", name, quantile(values, 0),
                     quantile(values, 0.5), quantile(values, 0.9), quantile(values, 1));
}

}  // namespace

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::lround(part * last))];
}

std::vector<Measurement> measurements_of(const Rounds& rounds, const std::string& way) {
  std::vector<Measurement> found;
  for (const auto& round : rounds)
    for (const auto& each : round.measurements)
      if (each.way == way) found.push_back(each);
  return found;
}

std::vector<std::string> step_names(const Rounds& rounds) {
  std::vector<std::string> names;
  for (const auto& round : rounds)
    for (const auto& each : round.measurements)
      for (const auto& [name, took] : each.steps)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::string to_csv(const Rounds& rounds) {
  const auto names = step_names(rounds);
  std::string csv = "round,way,floor_held_ms,floor_stall_ms,held_ms,stall_ms,attempts";
  for (const auto& name : names) csv += "," + name + "_ms";
  csv += "\n";
  for (const auto& round : rounds) {
    for (const auto& each : round.measurements) {
      csv += fmt::format("{},{},{:.3f},{:.3f},{:.3f},{:.3f},{}", each.round, each.way,
                         each.floor_held, each.floor_stall, each.held, each.stall, each.attempts);
      for (const auto& name : names) csv += fmt::format(",{:.3f}", step_of(each, name));
      csv += "\n";
    }
  }
  return csv;
}

std::string to_markdown(const Rounds& rounds, const std::string& way) {
  const auto all = measurements_of(rounds, way);
  std::string table =
      fmt::format("| {}, ms ({} runs) | min | median | p90 | max |\n", way, all.size());
  table += "|---|---|---|---|---|\n";
  table += row("floor: held by a bare PAUSE + RESUME", all, &Measurement::floor_held);
  table += row("held", all, &Measurement::held);
  table += row("held, over the floor", all,
               [](const Measurement& each) { return each.held - each.floor_held; });
  table += row("floor: longest stall of a client", all, &Measurement::floor_stall);
  table += row("longest stall of a client", all, &Measurement::stall);
  for (const auto& name : step_names(rounds))
    table += row("· " + name, all, [&](const Measurement& each) { return step_of(each, name); });
  return table;
}

std::string verdict_line(const Rounds& rounds) {
  RoundVerdict sum;
  for (const auto& round : rounds) {
    sum.acknowledged += round.verdict.acknowledged;
    sum.lost += round.verdict.lost;
    sum.doubled += round.verdict.doubled;
    sum.failed += round.verdict.failed;
  }
  return fmt::format("{} rounds, each of a fresh pair: {} lost, {} doubled, {} failed of {} writes",
                     rounds.size(), sum.lost, sum.doubled, sum.failed, sum.acknowledged);
}

}  // namespace cutover::bench
