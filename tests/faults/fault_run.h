// One cell of the matrix: a fault at a moment of a cutover under load, then recovery, then the
// count of every write.
#pragma once

#include <string>
#include <vector>

#include "tests/faults/faults.h"

namespace cutover::faults {

struct CellResult {
  int exit_code = -1;                    ///< of the run; -1: it was killed
  int recovery_exit_code = -1;           ///< of `cutover recover` after it
  bool on_green = false;                 ///< who serves in the end
  std::uint64_t failed = 0;              ///< writes whose client saw an error
  double longest_stall = 0;              ///< of any client, in milliseconds
  std::vector<std::string> broken = {};  ///< promises; empty: all kept
  std::string log = {};                  ///< what everybody said, where something broke
};

CellResult run_cell(const Fault& fault, const Moment& moment);

/// The same without the fleet, which goes on afterwards, and without the count.
void strike_and_recover(const Fault& fault, Scene& scene, CellResult& result);

/// Short limits, so that a fault outlives some of them.
tests::FleetOptions fleet_for(const Fault& fault);

/// "exit 3, blue serves, 12 failed, stall 340 ms"
std::string to_text(const CellResult& result);

}  // namespace cutover::faults
