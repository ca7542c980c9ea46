// cutover_bench compare: floor, cutover, rollback and the two scripts, in turn on one pair each.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "tests/benchmarks/bench_command.h"
#include "tests/benchmarks/comparison.h"

namespace cutover::bench {
namespace {

struct Arguments {
  ComparisonOptions comparison;
  BenchFiles files{.out = "", .name = "comparison"};
  std::vector<std::string> pgbouncer;
  std::string waived;
};

void declare(CLI::App& app, Arguments& arguments) {
  arguments.comparison.fleet.blue_major = 16;
  declare_fleet(app, arguments.comparison.fleet);
  arguments.files.declare(app);
  app.add_option("--load", arguments.comparison.loads, "idle, 50, 500, max, mix, churn; several");
  app.add_option("--rounds", arguments.comparison.rounds, "of floor, cutover and rollback");
  app.add_option("--slow-rounds", arguments.comparison.slow_rounds, "of the two scripts");
  app.add_option("--limits", arguments.comparison.fleet.limits, "lines of [limits]");
  app.add_option("--pgbouncer", arguments.pgbouncer, "NAME=VALUE for every PgBouncer");
  app.add_option("--waive", arguments.waived, "a check that these settings would fail");
}

void tell(const Sample& sample) {
  std::cerr << fmt::format("load {} round {} {}: held {:.1f}, stall {:.1f} ms, {} failed;",
                           sample.group, sample.round, sample.way, sample.held, sample.stall,
                           sample.failed);
  for (const auto& [step, took] : sample.steps) std::cerr << fmt::format(" {} {:.1f}", step, took);
  if (sample.exit_code != 0) std::cerr << " exit " << sample.exit_code << ": " << sample.why;
  std::cerr << std::endl;
}

void write(const BenchFiles& files, const ComparisonResult& result) {
  files.write(".csv", to_csv(result.samples));
  files.write(".svg", to_svg(result.samples));
  files.write(".md", to_markdown(result));
}

int run(Arguments& arguments) {
  arguments.comparison.fleet.pgbouncer_settings = pairs_of(arguments.pgbouncer);
  if (!arguments.waived.empty())
    arguments.comparison.fleet.more_config = "[checks]\nwaive = [\"" + arguments.waived + "\"]\n";
  ComparisonResult so_far;  // what a run that is cut off leaves
  const auto result = compare(arguments.comparison, [&](const Sample& sample) {
    tell(sample);
    so_far.samples.push_back(sample);
    write(arguments.files, so_far);
  });
  write(arguments.files, result);
  std::cout << to_markdown(result) << std::flush;
  const auto& ours = result.ours;
  return ours.lost + ours.doubled + ours.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

BenchCommand compare_command(CLI::App& parent) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = parent.add_subcommand("compare", "beside the floor and two other ways");
  declare(*app, *arguments);
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace cutover::bench
