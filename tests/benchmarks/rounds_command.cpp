// cutover_bench rounds: real cutovers under load on this machine, each of a fresh pair of servers,
// beside the floor (a bare PAUSE + RESUME of the same bouncers under the same load).
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "tests/benchmarks/bench_command.h"
#include "tests/benchmarks/measurement.h"
#include "tests/benchmarks/stacked_bars.h"
#include "tests/benchmarks/summary.h"

namespace cutover::bench {
namespace {

struct Arguments {
  BenchOptions bench;
  BenchFiles files{.out = "", .name = "cutover"};
  std::vector<std::string> settings;
};

void declare(CLI::App& app, Arguments& arguments) {
  declare_fleet(app, arguments.bench.fleet);
  arguments.files.declare(app);
  app.add_option("--rounds", arguments.bench.rounds, "cutovers, each of a fresh pair");
  app.add_option("--rehearsals", arguments.bench.rehearsals, "rehearsals before each cutover");
  app.add_option("--floors", arguments.bench.floors, "bare PAUSE + RESUME before each of them");
  app.add_option("--clients", arguments.bench.clients, "writers");
  app.add_option("--rate", arguments.bench.writes_per_second, "writes per second; 0: full speed");
  app.add_option("--reconnect-every", arguments.bench.reconnect_every, "writes of a connection");
  app.add_option("--setting", arguments.settings, "NAME=VALUE for both servers");
  app.add_option("--logs", arguments.bench.logs, "file for every log of the last round");
}

void tell(const Round& round) {
  for (const auto& each : round.measurements) {
    std::cerr << fmt::format("round {} {}: floor {:.1f}, held {:.1f}, stall {:.1f} ms;", each.round,
                             each.way, each.floor_held, each.held, each.stall);
    for (const auto& [step, took] : each.steps) std::cerr << fmt::format(" {} {:.1f}", step, took);
    std::cerr << std::endl;
  }
}

std::string text_of(const Arguments& arguments, const Rounds& rounds) {
  const std::string rehearsals =
      arguments.bench.rehearsals > 0 ? to_markdown(rounds, "rehearse") + "\n" : "";
  return rehearsals + to_markdown(rounds, "cutover") + "\n" + verdict_line(rounds) + "\n";
}

int run(Arguments& arguments) {
  arguments.bench.fleet.blue_settings = pairs_of(arguments.settings);
  arguments.bench.fleet.green_settings = arguments.bench.fleet.blue_settings;
  Rounds rounds;
  for (int number = 1; number <= arguments.bench.rounds; ++number) {
    rounds.push_back(measure_round(arguments.bench, number));
    tell(rounds.back());
    arguments.files.write(".csv", to_csv(rounds));
    arguments.files.write(".svg", to_svg(rounds, "cutover"));
    arguments.files.write(".md", text_of(arguments, rounds));
  }
  std::cout << text_of(arguments, rounds) << std::flush;
  bool clean = true;
  for (const auto& [all, verdict] : rounds)
    clean = clean && verdict.lost + verdict.doubled + verdict.failed == 0;
  return clean ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

BenchCommand rounds_command(CLI::App& parent) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* app = parent.add_subcommand("rounds", "cutovers of fresh pairs, beside the floor");
  declare(*app, *arguments);
  return {app, [arguments] { return run(*arguments); }};
}

}  // namespace cutover::bench
