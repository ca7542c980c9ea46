// cutover_load_driver: the load as a program, against servers that somebody else runs. It writes
// until SIGINT or SIGTERM, or for --seconds, and then prints the verdict.
#include <CLI/CLI.hpp>
#include <csignal>
#include <ctime>
#include <iostream>

#include "tests/support/load/floor.h"
#include "tests/support/load/load_verdict.h"

namespace cutover::support {
namespace {

struct Arguments {
  LoadOptions load;
  std::vector<std::string> create_on;
  std::vector<std::string> floor_of;
  std::string green;
  std::string blue;
  int seconds = 0;
};

void declare(CLI::App& app, Arguments& arguments) {
  LoadOptions& load = arguments.load;
  app.add_option("--bouncer", load.bouncers, "conninfo of an entry; clients are spread over all")
      ->required();
  app.add_option("--clients", load.clients, "writers");
  app.add_option("--tables", load.schema.tables, "tables of the load's schema");
  app.add_option("--sequences", load.schema.sequences, "sequences of the load's schema");
  app.add_option("--rate", load.writes_per_second, "writes per second of all; 0: full speed");
  app.add_option("--reconnect-every", load.reconnect_every, "writes of one connection");
  app.add_option("--long-transactions", load.long_transaction_clients,
                 "clients whose transactions stay open for two seconds");
  app.add_option("--create", arguments.create_on, "conninfos: make the schema there first");
  app.add_option("--floor", arguments.floor_of, "conninfos of consoles: measure the floor first");
  app.add_option("--green", arguments.green, "conninfo to verify against")->required();
  app.add_option("--blue", arguments.blue, "conninfo of the cluster that was left");
  app.add_option("--seconds", arguments.seconds, "how long; 0: until a signal");
}

/// A line a second, until the time is over or a signal arrives.
void write_until_told(const LoadDriver& load, const sigset_t& signals, int seconds) {
  const timespec second{1, 0};
  for (int passed = 0; seconds == 0 || passed < seconds; ++passed) {
    if (::sigtimedwait(&signals, nullptr, &second) > 0) return;
    const LoadProgress progress = load.progress();
    const auto now = LoadClock::now();
    std::cerr << progress.acknowledged << " acknowledged, " << progress.failed
              << " failed, longest stall of the last second "
              << load.longest_stall(now - std::chrono::seconds{1}, now) << " ms\n";
  }
}

int run(const Arguments& arguments, const sigset_t& signals) {
  for (const std::string& conninfo : arguments.create_on)
    create_load_schema(conninfo, arguments.load.schema);
  LoadDriver load(arguments.load);
  if (!arguments.floor_of.empty()) {
    const Floor floor = measure_floor(load, arguments.floor_of);
    std::cout << "floor: held " << floor.held_ms << " ms, longest stall " << floor.longest_stall_ms
              << " ms" << std::endl;
  }
  write_until_told(load, signals, arguments.seconds);
  load.stop();
  const LoadVerdict verdict = verify_load(load, arguments.green, arguments.blue);
  std::cout << to_text(verdict);
  return verdict.is_clean() ? 0 : 1;
}

}  // namespace
}  // namespace cutover::support

int main(int argc, char** argv) {
  using namespace cutover::support;
  Arguments arguments;
  CLI::App app{"writes without end through PgBouncers and judges what became of it"};
  declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  // Before any thread exists, so that every thread inherits it and only main takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    return run(arguments, signals);
  } catch (const std::exception& error) {
    std::cerr << "cutover_load_driver: " << error.what() << "\n";
    return 2;
  }
}
