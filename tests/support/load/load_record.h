// Every write of a load as CSV, and a plot of how long writes took around the longest of them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/load/load_driver.h"

namespace cutover::support {

/// A client and a counter of it.
using WriteName = std::pair<int, std::int64_t>;

/// Which server served which write, as it says in the row itself: "10.0.0.5:5432 17.10".
std::map<WriteName, std::string> servers_of_writes(const std::string& conninfo,
                                                   const LoadSchema& schema);

struct RecordedWrite {
  double begin_ms = 0;  ///< since the first write of the load
  double taken_ms = 0;
  WriteName name;
  WriteFate fate = WriteFate::acknowledged;
  std::string server = {};  ///< empty: on no server that was asked
};

/// Of drivers that made one load together, in order of their beginning.
std::vector<RecordedWrite> recorded_writes(const std::vector<LoadDriver>& drivers,
                                           const std::map<WriteName, std::string>& servers);

std::string writes_csv(const std::vector<RecordedWrite>& writes);

/// An SVG: five seconds before and after the write that took longest, a dot per write, its colour
/// that of the server, red when it failed.
std::string writes_plot(const std::vector<RecordedWrite>& writes);

}  // namespace cutover::support
