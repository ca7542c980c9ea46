// One round of the soak: a cutover or a rollback of the same fleet, often with a fault in it, then
// recovery; and what the processes hold afterwards.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/faults/fault_run.h"
#include "tests/soak/process_figures.h"

namespace cutover::soak {

struct Round {
  int number = 0;
  double second = 0;  ///< since the soak began, at the end of the round
  std::string command;
  std::string fault;
  std::string moment;
  int exit_code = 0;
  bool on_green = false;                 ///< who serves after it
  ProcessFigures controller;             ///< its working process in the middle of the run
  ProcessFigures struck;                 ///< the agent that faults strike, after the round
  ProcessFigures steady;                 ///< the agent that lives from the first round to the last
  ProcessFigures watch;                  ///< `cutover watch --metrics-only`, likewise
  std::vector<std::string> broken = {};  ///< promises; empty: all kept
  std::string log = {};                  ///< where something broke
};

/// What may strike in a soak: it heals by itself or by the fault's own heal, and leaves the fleet
/// as it was.
const std::vector<std::string>& names_of_faults();

/// From the side that serves to the other one.
Round run_round(tests::FleetUnderLoad& fleet, std::mt19937_64& random);

}  // namespace cutover::soak
