#include "tests/benchmarks/measurement.h"

#include <fstream>
#include <stdexcept>

#include "tests/benchmarks/measured_run.h"
#include "tests/support/load/floor.h"
#include "tests/support/load/load_verdict.h"

namespace cutover::bench {
namespace {

using support::LoadClock;

constexpr int settling_writes = 20;
constexpr std::chrono::seconds round_patience{60};

void settle(const support::LoadDriver& load) {
  if (!load.everyone_wrote(settling_writes, round_patience))
    throw std::runtime_error("the writers have stopped writing");
}

void take_floor(const support::CutoverRig& rig, const support::LoadDriver& load, int rounds,
                Measurement& measurement) {
  const auto floor = support::measure_floor(load, rig.console_conninfos(), rounds, settling_writes);
  measurement.floor_held = floor.held_ms;
  measurement.floor_stall = floor.longest_stall_ms;
}

Measurement measure(const support::CutoverRig& rig, const support::LoadDriver& load,
                    const std::string& way, int floors) {
  Measurement measurement;
  measurement.way = way;
  take_floor(rig, load, floors, measurement);
  std::vector<std::string> arguments{"--no-dry-run", "--yes", "--json"};
  if (way != "cutover") arguments.insert(arguments.begin(), way);
  load.leave_their_rhythm();
  const auto begun = LoadClock::now();
  const auto finished = rig.cutover(arguments, std::chrono::minutes(5));
  if (finished.exit_code != 0)
    throw std::runtime_error("cutover failed: " + finished.output + finished.errors);
  take_times(finished, measurement);
  settle(load);
  measurement.stall = load.longest_stall(begun, LoadClock::now());
  return measurement;
}

RoundVerdict judge(const support::CutoverRig& rig, support::LoadDriver& load) {
  const auto verdict = rig.stop_and_verify(load);
  return {verdict.acknowledged, verdict.lost + verdict.left_behind, verdict.doubled,
          verdict.failed + verdict.unexpected};
}

}  // namespace

Round measure_round(const BenchOptions& options, int number) {
  support::CutoverRig rig(options.fleet);
  rig.replicate();
  rig.analyze_green();
  support::LoadOptions load_options;
  load_options.clients = options.clients;
  load_options.writes_per_second = options.writes_per_second;
  load_options.reconnect_every = options.reconnect_every;
  auto load = rig.start_load(load_options);
  settle(load);
  Round round;
  for (int i = 0; i <= options.rehearsals; ++i) {
    const char* way = i < options.rehearsals ? "rehearse" : "cutover";
    round.measurements.push_back(measure(rig, load, way, options.floors));
    round.measurements.back().round = number;
  }
  round.verdict = judge(rig, load);
  if (!options.logs.empty()) std::ofstream(options.logs) << rig.logs();
  return round;
}

}  // namespace cutover::bench
