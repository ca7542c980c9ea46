// cutover_bench: how long clients wait while a database moves, measured from their side. Numbers as
// tables, CSV and SVG. scripts/bench calls it; docs/benchmarks holds what it said.
#include <cstdlib>
#include <exception>
#include <iostream>

#include "tests/benchmarks/bench_command.h"

int main(int argc, char** argv) {
  using namespace cutover::bench;
  CLI::App app{"measures how long cutovers hold writes"};
  app.require_subcommand(1);
  const std::vector<BenchCommand> commands{rounds_command(app), compare_command(app),
                                           scaling_command(app), costs_command(app)};
  CLI11_PARSE(app, argc, argv);
  try {
    for (const auto& command : commands)
      if (command.app->parsed()) return command.run();
  } catch (const std::exception& failure) {
    std::cerr << "cutover_bench: " << failure.what() << std::endl;
  }
  return EXIT_FAILURE;
}
