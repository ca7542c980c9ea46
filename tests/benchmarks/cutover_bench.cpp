// cutover_bench: real cutovers under load on this machine, each of a fresh pair of servers, beside
// the floor (a bare PAUSE + RESUME of the same bouncers under the same load). Numbers as a table,
// CSV and SVG. scripts/bench calls it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/benchmarks/measurement.h"
#include "tests/benchmarks/stacked_bars.h"
#include "tests/benchmarks/summary.h"

namespace cutover::bench {
namespace {

struct Arguments {
  BenchOptions bench;
  std::string out;  ///< directory; empty: only the table
  std::string name = "cutover";
  std::vector<std::string> settings;  ///< "name=value"
};

void declare(CLI::App& app, Arguments& arguments) {
  auto& fleet = arguments.bench.fleet;
  using support::Reach;
  static const std::map<std::string, Reach> reaches{
      {"unix", Reach::unix_socket}, {"libssh2", Reach::libssh2}, {"openssh", Reach::openssh}};
  app.add_option("--rounds", arguments.bench.rounds, "cutovers, each of a fresh pair");
  app.add_option("--rehearsals", arguments.bench.rehearsals, "rehearsals before each cutover");
  app.add_option("--floors", arguments.bench.floors, "bare PAUSE + RESUME before each of them");
  app.add_option("--clients", arguments.bench.clients, "writers");
  app.add_option("--rate", arguments.bench.writes_per_second, "writes per second; 0: full speed");
  app.add_option("--reconnect-every", arguments.bench.reconnect_every, "writes of a connection");
  app.add_option("--blue", fleet.blue_major, "PostgreSQL major of blue");
  app.add_option("--green", fleet.green_major, "PostgreSQL major of green");
  app.add_option("--bouncers", fleet.hosts, "hosts with a PgBouncer and an agent each");
  app.add_option("--tables", fleet.schema.tables, "tables of the load's schema");
  app.add_option("--sequences", fleet.schema.sequences, "sequences of the load's schema");
  app.add_option("--subscriptions", fleet.subscriptions, "parallel subscriptions");
  app.add_option("--reach", fleet.reach, "how the controller reaches agents")
      ->transform(CLI::CheckedTransformer(reaches));
  app.add_option("--setting", arguments.settings, "NAME=VALUE for both servers");
  app.add_option("--logs", arguments.bench.logs, "file for every log of the last round");
  app.add_option("--out", arguments.out, "directory for CSV and SVG");
  app.add_option("--name", arguments.name, "of these files");
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void tell(const Round& round) {
  for (const auto& each : round.measurements) {
    std::cerr << fmt::format("round {} {}: floor {:.1f}, held {:.1f}, stall {:.1f} ms;", each.round,
                             each.way, each.floor_held, each.held, each.stall);
    for (const auto& [step, took] : each.steps) std::cerr << fmt::format(" {} {:.1f}", step, took);
    std::cerr << std::endl;
  }
}

void save(const Arguments& arguments, const Rounds& rounds) {
  if (arguments.out.empty()) return;
  const auto path = std::filesystem::path(arguments.out) / arguments.name;
  write(path.string() + ".csv", to_csv(rounds));
  write(path.string() + ".svg", to_svg(rounds, "cutover"));
}

int run(const Arguments& arguments) {
  Rounds rounds;
  for (int number = 1; number <= arguments.bench.rounds; ++number) {
    rounds.push_back(measure_round(arguments.bench, number));
    tell(rounds.back());
    save(arguments, rounds);
  }
  if (arguments.bench.rehearsals > 0) std::cout << to_markdown(rounds, "rehearse") << "\n";
  std::cout << to_markdown(rounds, "cutover") << "\n" << verdict_line(rounds) << std::endl;
  bool clean = true;
  for (const auto& [all, verdict] : rounds)
    clean = clean && verdict.lost + verdict.doubled + verdict.failed == 0;
  return clean ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace cutover::bench

int main(int argc, char** argv) {
  cutover::bench::Arguments arguments;
  auto& fleet = arguments.bench.fleet;
  fleet.schema = {.tables = 300, .sequences = 300};
  fleet.reach = cutover::support::Reach::libssh2;
  CLI::App app{"measures how long cutovers hold writes, beside the floor"};
  declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  for (const auto& setting : arguments.settings) {
    const auto sign = setting.find('=');
    fleet.blue_settings.emplace_back(setting.substr(0, sign), setting.substr(sign + 1));
  }
  fleet.green_settings = fleet.blue_settings;
  try {
    return run(arguments);
  } catch (const std::exception& failure) {
    std::cerr << "cutover_bench: " << failure.what() << std::endl;
    return EXIT_FAILURE;
  }
}
