// cutover_bench costs: memory, processor time, start and size of the two programs.
#include <cstdlib>
#include <iostream>

#include "tests/benchmarks/bench_command.h"
#include "tests/benchmarks/costs.h"

namespace cutover::bench {
namespace {

struct Arguments {
  CostOptions costs;
  BenchFiles files{.out = "", .name = "costs"};
  int idle_seconds = 30;
};

std::string to_csv(const Costs& costs) {
  std::string text = "what,much\n";
  for (const auto& [what, much] : costs) text += "\"" + what + "\",\"" + much + "\"\n";
  return text;
}

int run(Arguments& arguments) {
  arguments.costs.idle = std::chrono::seconds(arguments.idle_seconds);
  const auto costs = measure_costs(arguments.costs);
  arguments.files.write(".csv", to_csv(costs));
  arguments.files.write(".md", costs_table(costs));
  std::cout << costs_table(costs) << std::flush;
  return EXIT_SUCCESS;
}

}  // namespace

BenchCommand costs_command(CLI::App& parent) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = parent.add_subcommand("costs", "memory, processor time, start, size");
  declare_fleet(*app, arguments->costs.fleet);
  arguments->files.declare(*app);
  app->add_option("--idle-seconds", arguments->idle_seconds, "how long an idle agent is watched");
  app->add_option("--starts", arguments->costs.starts, "of each program");
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace cutover::bench
