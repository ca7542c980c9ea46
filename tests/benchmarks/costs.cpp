#include "tests/benchmarks/costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/benchmarks/process_cost.h"
#include "tests/benchmarks/summary.h"
#include "tests/support/eventually.h"
#include "tests/support/rig/programs.h"
#include "tests/support/temporary_directory.h"

namespace cutover::bench {
namespace {

using support::LoadClock;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string mebibytes(double value) {
  return fmt::format("{:.1f} MiB", value);
}

void take_idle_agent(support::CutoverRig& rig, std::chrono::seconds time, Costs& costs) {
  const pid_t agent = rig.agent(0).pid();
  const auto before = cost_of(agent);
  const auto enough = LoadClock::now() + time;
  support::eventually(
      time + 1s, [&] { return LoadClock::now() >= enough; }, 100ms);
  const auto after = cost_of(agent);
  const auto used = (after.processor - before.processor).count();
  costs.emplace_back("agent idle: resident", mebibytes(after.resident_mib));
  costs.emplace_back(fmt::format("agent idle: processor time in {} s", time.count()),
                     fmt::format("{} ms", used));
}

void take_run(support::CutoverRig& rig, const std::vector<std::string>& arguments,
              const std::string& name, Costs& costs) {
  const auto before = cost_of(rig.agent(0).pid());
  const auto children_before = processor_time_of_ended_children();
  auto run = rig.start_cutover(arguments);
  double peak = 0;
  const auto has_ended = [&] {
    peak = std::max(peak, resident_with_children(run.pid()));
    return !run.is_running();
  };
  support::eventually(5min, has_ended, 2ms);
  if (run.wait(1s) != 0) throw std::runtime_error(name + " failed: " + run.output() + run.errors());
  const auto after = cost_of(rig.agent(0).pid());
  costs.emplace_back("controller during " + name + ": highest resident, its processes together",
                     mebibytes(peak));
  const auto used = processor_time_of_ended_children() - children_before;
  costs.emplace_back("controller during " + name + ": processor time, its processes together",
                     fmt::format("{} ms", used.count()));
  costs.emplace_back("agent during " + name + ": highest resident", mebibytes(after.peak_mib));
  costs.emplace_back("agent during " + name + ": processor time",
                     fmt::format("{} ms", (after.processor - before.processor).count()));
}

double start_of(const fs::path& program) {
  const auto begun = LoadClock::now();
  support::run_or_throw({.argv = {program, "--version"}});
  return support::milliseconds(LoadClock::now() - begun);
}

void take_program(const fs::path& program, int starts, Costs& costs) {
  std::vector<double> times;
  for (int i = 0; i < starts; ++i) times.push_back(start_of(program));
  const std::string name = program.filename();
  costs.emplace_back(
      name + " --version, start to end",
      fmt::format("median {:.1f} ms, max {:.1f} ms", quantile(times, 0.5), quantile(times, 1)));
  const support::TemporaryDirectory directory("sz");
  support::run_or_throw({.argv = {"strip", "-o", directory / "stripped", program}});
  constexpr double mebibyte = 1024.0 * 1024.0;
  costs.emplace_back(
      name + ": size",
      fmt::format(
          "{} with debug information, {} stripped",
          mebibytes(static_cast<double>(fs::file_size(program)) / mebibyte),
          mebibytes(static_cast<double>(fs::file_size(directory / "stripped")) / mebibyte)));
}

void take_agent_start(support::CutoverRig& rig, int starts, Costs& costs) {
  std::vector<double> times;
  for (int i = 0; i < starts; ++i) {
    rig.agent(0).stop();
    const auto begun = LoadClock::now();
    rig.agent(0).start();
    times.push_back(support::milliseconds(LoadClock::now() - begun));
  }
  costs.emplace_back("agent: start to first connection taken",
                     fmt::format("median {:.1f} ms, max {:.1f} ms (looked at every 5 ms)",
                                 quantile(times, 0.5), quantile(times, 1)));
}

}  // namespace

Costs measure_costs(const CostOptions& options) {
  Costs costs;
  support::CutoverRig rig(options.fleet);
  take_idle_agent(rig, options.idle, costs);
  rig.replicate();
  auto load = rig.start_load({.clients = 16, .writes_per_second = 50});
  if (!load.everyone_wrote(2, 60s)) throw std::runtime_error("the load does not write");
  take_run(rig, {"rehearse", "--no-dry-run", "--yes"}, "a rehearsal", costs);
  take_run(rig, {"--no-dry-run", "--yes"}, "a cutover", costs);
  load.stop();
  take_agent_start(rig, options.starts, costs);
  for (const auto& program : {support::cutover_program(), support::agent_program()})
    take_program(program, options.starts, costs);
  return costs;
}

std::string costs_table(const Costs& costs) {
  std::string text = "| | |\n|---|---|\n";
  for (const auto& [what, much] : costs) text += fmt::format("| {} | {} |\n", what, much);
  return text;
}

}  // namespace cutover::bench
