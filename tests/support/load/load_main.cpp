// cutover-load: writers that never stop, against servers that somebody else runs, and a verdict on
// what became of their writes. It writes until SIGINT or SIGTERM, or for --seconds. docs/load.md.
#include <CLI/CLI.hpp>
#include <csignal>
#include <ctime>
#include <iostream>

#include "tests/support/load/floor.h"
#include "tests/support/load/load_record.h"
#include "tests/support/load/load_verdict.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

struct Arguments {
  LoadOptions load;
  std::string shape;
  std::vector<std::string> create_on;
  std::vector<std::string> floor_of;
  std::string green;
  std::string blue;
  std::string csv;
  std::string plot;
  int seconds = 0;
};

void declare(CLI::App& app, Arguments& arguments) {
  LoadOptions& load = arguments.load;
  app.add_option("--bouncer", load.bouncers, "conninfo of an entry; clients are spread over all");
  app.add_option("--shape", arguments.shape,
                 "constant: 2 creates/s and five clients in transactions of two seconds; create: "
                 "creates only, 50/s; stress: as fast as it goes; the options below change it")
      ->check(CLI::IsMember({"constant", "create", "stress"}));
  app.add_option("--clients", load.clients, "writers");
  app.add_option("--first-client", load.first_client,
                 "number of the first writer; a second run needs others than the first one's");
  app.add_option("--tables", load.schema.tables, "tables of the load's schema");
  app.add_option("--sequences", load.schema.sequences, "sequences of the load's schema");
  app.add_option("--rate", load.writes_per_second, "writes per second of all; 0: full speed");
  app.add_option("--reconnect-every", load.reconnect_every, "writes of one connection");
  app.add_option("--long-transactions", load.long_transaction_clients,
                 "clients whose transactions stay open for two seconds");
  app.add_option("--create", arguments.create_on,
                 "conninfos: make the schema there first; that alone without --bouncer");
  app.add_option("--owner", load.schema.owner, "an existing role, who owns the schema it makes");
  app.add_option("--floor", arguments.floor_of, "conninfos of consoles: measure the floor first");
  app.add_option("--green", arguments.green, "conninfo to verify against");
  app.add_option("--blue", arguments.blue, "conninfo of the cluster that was left");
  app.add_option("--seconds", arguments.seconds, "how long; 0: until a signal");
  app.add_option("--csv", arguments.csv, "file for every write");
  app.add_option("--plot", arguments.plot, "file for an SVG of the time around the longest write");
}

/// What the shape says, where the command line does not.
void shape(const CLI::App& app, Arguments& arguments) {
  LoadOptions& load = arguments.load;
  const auto is_open = [&](const char* option) { return app.count(option) == 0; };
  load.schema.password.clear();
  if (arguments.shape == "create") {
    if (is_open("--rate")) load.writes_per_second = 50;
    load.multi_statement_every = 0;
  }
  if (arguments.shape != "constant") return;
  if (is_open("--clients")) load.clients = 4;
  if (is_open("--rate")) load.writes_per_second = 2;
  if (is_open("--long-transactions")) load.long_transaction_clients = 5;
}

/// Those with long transactions are a load of their own: the rate is that of the others.
std::vector<LoadDriver> start(const Arguments& arguments) {
  LoadOptions others = arguments.load;
  std::vector<LoadDriver> loads;
  if (arguments.shape == "constant") {
    LoadOptions long_ones = arguments.load;
    long_ones.clients = long_ones.long_transaction_clients;
    long_ones.first_client += others.clients;
    long_ones.multi_statement_every = 1;
    long_ones.writes_per_second = 0;
    others.long_transaction_clients = 0;
    if (long_ones.clients > 0) loads.emplace_back(long_ones);
  }
  loads.emplace(loads.begin(), others);
  return loads;
}

/// A line a second, until the time is over or a signal arrives.
void write_until_told(const std::vector<LoadDriver>& loads, const sigset_t& signals, int seconds) {
  const timespec second{1, 0};
  for (int passed = 0; seconds == 0 || passed < seconds; ++passed) {
    if (::sigtimedwait(&signals, nullptr, &second) > 0) return;
    LoadProgress sum;
    double stall = 0;
    const auto now = LoadClock::now();
    for (const LoadDriver& load : loads) {
      const LoadProgress progress = load.progress();
      sum.acknowledged += progress.acknowledged;
      sum.failed += progress.failed;
      sum.connections += progress.connections;
      stall = std::max(stall, load.longest_stall(now - std::chrono::seconds{1}, now));
    }
    std::cerr << sum.acknowledged << " acknowledged, " << sum.failed << " failed, "
              << sum.connections << " connections, longest stall of the last second " << stall
              << " ms\n";
  }
}

void save(const std::vector<LoadDriver>& loads, const Arguments& arguments,
          const std::map<WriteName, std::string>& servers) {
  if (arguments.csv.empty() && arguments.plot.empty()) return;
  const auto writes = recorded_writes(loads, servers);
  if (!arguments.csv.empty()) write_file(arguments.csv, writes_csv(writes));
  if (!arguments.plot.empty()) write_file(arguments.plot, writes_plot(writes));
}

bool judge(const std::vector<LoadDriver>& loads, const Arguments& arguments) {
  bool clean = true;
  for (const LoadDriver& load : loads) {
    const LoadVerdict verdict = verify_load(load, arguments.green, arguments.blue);
    std::cout << to_text(verdict) << load.progress().connections << " connections made\n";
    clean = clean && verdict.is_clean();
  }
  return clean;
}

/// The record of a night is worth keeping where the servers no longer answer.
bool judge_and_save(const std::vector<LoadDriver>& loads, const Arguments& arguments) {
  bool clean = false;
  std::map<WriteName, std::string> servers;
  try {
    clean = judge(loads, arguments);
    servers = servers_of_writes(arguments.green, arguments.load.schema);
  } catch (const std::exception&) {
    save(loads, arguments, servers);
    throw;
  }
  save(loads, arguments, servers);
  return clean;
}

/// What would otherwise be found at the end, with the verdict lost.
void try_what_the_end_needs(const Arguments& arguments) {
  check_that_load_can_be_judged(arguments.green, arguments.load.schema);
  if (!arguments.blue.empty()) check_that_load_can_be_judged(arguments.blue, arguments.load.schema);
  for (const std::string& path : {arguments.csv, arguments.plot})
    if (!path.empty()) write_file(path, "");
}

int run(const Arguments& arguments, const sigset_t& signals) {
  for (const std::string& conninfo : arguments.create_on)
    create_load_schema(conninfo, arguments.load.schema);
  if (arguments.load.bouncers.empty() && !arguments.create_on.empty()) return 0;
  if (arguments.load.bouncers.empty() || arguments.green.empty())
    throw std::runtime_error("--bouncer and --green are needed to write and to judge");
  try_what_the_end_needs(arguments);
  std::vector<LoadDriver> loads = start(arguments);
  if (!arguments.floor_of.empty()) {
    const Floor floor = measure_floor(loads.front(), arguments.floor_of);
    std::cout << "floor: held " << floor.held_ms << " ms, longest stall " << floor.longest_stall_ms
              << " ms" << std::endl;
  }
  write_until_told(loads, signals, arguments.seconds);
  for (LoadDriver& load : loads) load.stop();
  return judge_and_save(loads, arguments) ? 0 : 1;
}

}  // namespace
}  // namespace cutover::support

int main(int argc, char** argv) {
  using namespace cutover::support;
  Arguments arguments;
  CLI::App app{"writes without end through PgBouncers and judges what became of it"};
  declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  shape(app, arguments);
  // Before any thread exists, so that every thread inherits it and only main takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    return run(arguments, signals);
  } catch (const std::exception& error) {
    std::cerr << "cutover-load: " << error.what() << "\n";
    return 2;
  }
}
