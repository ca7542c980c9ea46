// cutover_bench scaling: the series of sizes.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "tests/benchmarks/bench_command.h"
#include "tests/benchmarks/scaling.h"

namespace cutover::bench {
namespace {

struct Arguments {
  ScalingOptions scaling;
  BenchFiles files{.out = "", .name = "scaling"};
  std::vector<std::string> series;
  std::vector<int> sizes;
};

void tell(const Sample& sample) {
  std::cerr << fmt::format("{} {} {}: held {:.1f}, stall {:.1f};", sample.group, sample.round,
                           sample.way, sample.held, sample.stall);
  for (const auto& [step, took] : sample.steps) std::cerr << fmt::format(" {} {:.1f}", step, took);
  std::cerr << std::endl;
}

void write(const BenchFiles& files, const Samples& samples) {
  files.write(".csv", to_csv(samples));
  files.write(".svg", series_plot(samples));
  files.write(".md", series_table(samples));
}

bool run_series(const Arguments& arguments, const Series& series) {
  BenchFiles files = arguments.files;
  files.name += "-" + series.name;
  Samples so_far;  // what a run that is cut off leaves
  const auto result = measure_series(arguments.scaling, series, [&](const Sample& sample) {
    tell(sample);
    so_far.push_back(sample);
    write(files, so_far);
  });
  std::cout << series_table(result.samples) << std::endl;
  return result.ours.lost + result.ours.doubled + result.ours.failed == 0;
}

/// A series that fails does not take the others with it.
bool has_run_cleanly(const Arguments& arguments, const Series& series) try {
  return run_series(arguments, series);
} catch (const std::exception& failure) {
  std::cerr << "series " << series.name << ": " << failure.what() << std::endl;
  return false;
}

int run(const Arguments& arguments) {
  bool clean = true;
  const auto& wanted = arguments.series;
  auto all = every_series();
  for (Series& series : all) {
    if (!arguments.sizes.empty()) series.sizes = arguments.sizes;
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), series.name) != wanted.end())
      clean = has_run_cleanly(arguments, series) && clean;
  }
  return clean ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

BenchCommand scaling_command(CLI::App& parent) {
  auto arguments = std::make_shared<Arguments>();
  arguments->scaling.fleet.blue_major = 16;
  CLI::App* app = parent.add_subcommand("scaling", "how held time grows with the fleet");
  declare_fleet(*app, arguments->scaling.fleet);
  arguments->files.declare(*app);
  app->add_option("--series", arguments->series, "these only; their names");
  app->add_option("--sizes", arguments->sizes, "instead of those of docs/benchmarks; ascending")
      ->needs("--series");
  app->add_option("--rounds", arguments->scaling.rounds, "cutovers and rollbacks of each size");
  app->add_option("--load", arguments->scaling.load, "name of a load");
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace cutover::bench
