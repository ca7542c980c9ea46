// cutover_soak: cutover, rollback, cutover … of one fleet under load for as long as asked, with
// faults at random, while the memory, descriptors and threads of everybody are watched.
// scripts/soak calls it.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>

#include "tests/soak/soak_report.h"
#include "tests/support/eventually.h"
#include "tests/support/rig/programs.h"
#include "tests/support/temporary_directory.h"

namespace cutover::soak {
namespace {

using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

struct Arguments {
  double minutes = 120;
  unsigned long seed = 1;
  double writes_per_second = 100;
  std::string out;
  std::string commit = "unknown";
};

support::ChildProcess start_watch(const support::CutoverRig& rig) {
  const auto folder = rig.config_path().parent_path();
  const auto own = folder / "watch.toml";
  std::ofstream(own) << support::read_file(rig.config_path()) << "[metrics]\ntextfile = \""
                     << (folder / "watch.prom").string() << "\"\n";
  support::ChildOptions child;
  child.argv = {support::cutover_program().string(), "--config", own.string(), "watch",
                "--metrics-only"};
  child.environment["PGPASSFILE"] = (folder / "pgpass").string();
  child.log = folder / "watch.log";
  return support::ChildProcess(std::move(child));
}

void save(const Arguments& arguments, const Soak& soak) {
  if (arguments.out.empty()) return;
  const std::filesystem::path folder = arguments.out;
  std::ofstream(folder / "soak.csv") << to_csv(soak.rounds);
  std::ofstream(folder / "soak.md") << to_markdown(soak);
}

void tell(const Round& round) {
  std::cerr << fmt::format("{:6.0f} s  round {:3}  {:8}  {} {}: exit {}, {} serves", round.second,
                           round.number, round.command, round.fault, round.moment, round.exit_code,
                           round.on_green ? "green" : "blue");
  for (const auto& promise : round.broken) std::cerr << "  BROKEN: " << promise;
  std::cerr << std::endl;
  if (!round.broken.empty()) std::cerr << round.log << std::endl;
}

void run_rounds(const Arguments& arguments, tests::FleetUnderLoad& fleet, Soak& soak) {
  std::mt19937_64 random(arguments.seed);
  auto watch = start_watch(fleet.rig());
  const auto begun = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begun).count(); };
  bool goes_on = true;
  while (goes_on && elapsed() < arguments.minutes * 60) {
    auto round = run_round(fleet, random);
    round.number = static_cast<int>(soak.rounds.size()) + 1;
    round.second = elapsed();
    round.struck = figures_of(fleet.rig().agent(0).pid());
    round.steady = figures_of(fleet.rig().agent(1).pid());
    round.watch = figures_of(watch.pid());
    if (!watch.is_running()) round.broken.push_back("the watch ended");
    tell(round);
    goes_on = round.broken.empty();
    soak.rounds.push_back(std::move(round));
    soak.minutes = elapsed() / 60;
  }
}

int run(const Arguments& arguments) {
  Soak soak;
  soak.seed = arguments.seed;
  soak.commit = arguments.commit;
  soak.date = fmt::format("{:%Y-%m-%d}", std::chrono::system_clock::now());
  auto options = faults::fleet_for({});
  options.load.writes_per_second = arguments.writes_per_second;
  tests::FleetUnderLoad fleet(std::move(options));
  run_rounds(arguments, fleet, soak);
  fleet.load().stop();
  const auto serving =
      fleet.all_on_green() ? fleet.rig().green_conninfo() : fleet.rig().blue_conninfo();
  soak.verdict = support::verify_load(fleet.load(), serving);
  save(arguments, soak);
  std::cout << to_markdown(soak);
  const auto wrong = what_is_wrong(soak);
  for (const auto& each : wrong) std::cerr << "WRONG: " << each << "\n";
  return wrong.empty() ? 0 : 1;
}

}  // namespace
}  // namespace cutover::soak

int main(int argc, char** argv) {
  cutover::soak::Arguments arguments;
  CLI::App app("cutover, rollback, cutover … under load, with faults at random");
  app.add_option("--minutes", arguments.minutes, "how long");
  app.add_option("--seed", arguments.seed, "of the faults");
  app.add_option("--rate", arguments.writes_per_second, "writes per second");
  app.add_option("--out", arguments.out, "directory for soak.csv and soak.md");
  app.add_option("--commit", arguments.commit, "named in soak.md");
  CLI11_PARSE(app, argc, argv);
  return cutover::soak::run(arguments);
}
