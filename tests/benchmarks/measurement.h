// What one benchmark measures: a fleet, a load, and how often. The numbers of one round.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/load/load_driver.h"
#include "tests/support/rig/cutover_rig.h"

namespace cutover::bench {

struct BenchOptions {
  support::RigOptions fleet;
  int clients = 16;
  double writes_per_second = 0;  ///< 0: as fast as it goes
  int reconnect_every = 200;
  int rounds = 20;
  int rehearsals = 0;  ///< of each round, before its cutover
  int floors = 3;      ///< bare PAUSE + RESUME before each of them
  std::string logs;    ///< file for every log of the last round; empty: none
};

/// A rehearsal or a cutover, beside the floor measured right before it. Milliseconds.
struct Measurement {
  int round = 0;
  std::string way;  ///< "cutover", "rehearse"
  double floor_held = 0;
  double floor_stall = 0;
  double held = 0;
  double stall = 0;
  std::vector<std::pair<std::string, double>> steps = {};  ///< those that clients wait for
  double attempts = 1;
};

/// What became of the writes of one round.
struct RoundVerdict {
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t failed = 0;
};

struct Round {
  std::vector<Measurement> measurements;
  RoundVerdict verdict;
};

/// A fresh pair of servers under load: rehearsals, then the cutover. Throws when something fails.
Round measure_round(const BenchOptions& options, int number);

}  // namespace cutover::bench
