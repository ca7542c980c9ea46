#include "tests/benchmarks/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "tests/benchmarks/strip_plot.h"
#include "tests/benchmarks/summary.h"

namespace cutover::bench {
namespace {

constexpr std::array table_steps{"pause", "hold",        "first gate", "decide",
                                 "seal",  "second gate", "old fence",  "switch"};

}  // namespace

support::RigOptions sized(support::RigOptions fleet, const std::string& what, int size) {
  if (what == "bouncers") {
    fleet.hosts = size;
  } else if (what == "sequences") {
    fleet.schema.varied_tables = 0;  // plain ones own none, so there may be none at all
    fleet.schema.sequences = size;
  } else if (what == "tables") {
    fleet.schema.varied_tables = fleet.schema.sequences;  // the sequences stay as many as they are
    fleet.schema.tables = size;
  } else if (what == "subscriptions") {
    fleet.subscriptions = size;
  } else if (what == "round-trip-ms") {
    fleet.round_trip = std::chrono::milliseconds(size);
  } else {
    throw std::runtime_error("there is no series \"" + what + "\"");
  }
  // A hold of every table takes a lock each, and every bouncer has its own sessions.
  fleet.max_connections = 100 + 40 * fleet.hosts;
  for (auto* settings : {&fleet.blue_settings, &fleet.green_settings})
    settings->emplace_back("max_locks_per_transaction", "256");
  return fleet;
}

namespace {

double step_of(const Sample& sample, const std::string& name) {
  for (const auto& [step, took] : sample.steps)
    if (step == name) return took;
  return 0;
}

double median_of_step(const Samples& samples, const std::string& name) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(step_of(sample, name));
  return quantile(values, 0.5);
}

/// Cutovers and rollbacks: the plan is the same.
Samples runs_of(const Samples& all, const std::string& group) {
  Samples runs = samples_of(all, group, "cutover");
  const Samples back = samples_of(all, group, "rollback");
  runs.insert(runs.end(), back.begin(), back.end());
  return done_of(runs);
}

double floor_of(const Samples& all, const std::string& group) {
  return quantile(helds_of(samples_of(all, group, "floor")), 0.5);
}

std::string row_of_size(const Samples& all, const std::string& group) {
  const Samples runs = runs_of(all, group);
  const double held = quantile(helds_of(runs), 0.5);
  const double floor = floor_of(all, group);
  std::string row =
      fmt::format("| {} | {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |", group, runs.size(), floor,
                  held, held - floor, quantile(stalls_of(runs), 1));
  for (const char* step : table_steps) row += fmt::format(" {:.1f} |", median_of_step(runs, step));
  return row + "\n";
}

/// What one unit of the size adds to held: from the smallest to the largest, by their medians.
double growth(const Samples& all, const std::string& series) {
  const auto size_of = [&](const std::string& group) {
    return std::stod(group.substr(series.size()));
  };
  const auto held_of = [&](const std::string& group) {
    return quantile(helds_of(runs_of(all, group)), 0.5);
  };
  const auto groups = groups_of(all);
  const double sizes = size_of(groups.back()) - size_of(groups.front());
  return sizes > 0 ? (held_of(groups.back()) - held_of(groups.front())) / sizes : 0;
}

std::string round_trips_line(const Samples& all) {
  const std::string series = "round-trip-ms";
  if (all.empty() || all.front().group.rfind(series, 0) != 0) return "";
  return fmt::format(
      "\nA round trip that is 1 ms longer adds {:.1f} ms to held: so many round trips "
      "of the controller are in it.\n",
      growth(all, series));
}

}  // namespace

std::vector<Series> every_series() {
  return {{"bouncers", {1, 2, 4, 8, 16}},
          {"sequences", {0, 300, 1000, 10000}},
          {"tables", {10, 100, 1000, 5000}},
          {"subscriptions", {1, 2, 4}},
          {"round-trip-ms", {0, 1, 5, 20}}};
}

ComparisonResult measure_series(const ScalingOptions& options, const Series& series,
                                const std::function<void(const Sample&)>& tell) {
  ComparisonResult all;
  for (const int size : series.sizes) {
    const std::string group = fmt::format("{} {}", series.name, size);
    const ComparisonOptions comparison{.fleet = sized(options.fleet, series.name, size),
                                       .loads = {options.load},
                                       .rounds = options.rounds,
                                       .slow_rounds = 0};
    const auto result = compare(comparison, [&](Sample sample) {
      sample.group = group;
      tell(sample);
      all.samples.push_back(std::move(sample));
    });
    all.ours.acknowledged += result.ours.acknowledged;
    all.ours.lost += result.ours.lost;
    all.ours.doubled += result.ours.doubled;
    all.ours.failed += result.ours.failed;
  }
  return all;
}

std::string series_table(const Samples& samples) {
  std::string text = "| size | runs | floor | held | over the floor | longest stall |";
  std::string line = "\n|---|---|---|---|---|---|";
  for (const char* step : table_steps) {
    text += fmt::format(" {} |", step);
    line += "---|";
  }
  text += line + "\n";
  for (const auto& group : groups_of(samples)) text += row_of_size(samples, group);
  return text + round_trips_line(samples);
}

std::string series_plot(const Samples& samples) {
  std::vector<Strip> strips;
  for (const auto& group : groups_of(samples)) {
    Strip strip{.name = group, .values = {}};
    for (const double held : helds_of(runs_of(samples, group)))
      strip.values.push_back(std::max(0.1, held - floor_of(samples, group)));
    strips.push_back(std::move(strip));
  }
  return strip_plot(strips, "held over the floor: a dot per run, a line for the median");
}

}  // namespace cutover::bench
