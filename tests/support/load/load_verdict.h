// What became of every write: the clients' records beside the rows that green (and blue) hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/load/load_driver.h"

namespace cutover::support {

struct LoadVerdict {
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;         ///< acknowledged and not on green
  std::uint64_t doubled = 0;      ///< rows too many, increments that do not match their rows
  std::uint64_t failed = 0;       ///< a client saw an error; `unknown` ones included
  std::uint64_t unknown = 0;      ///< the commit's answer was lost; either outcome is right
  std::uint64_t unexpected = 0;   ///< on green although the client was told that it failed
  std::uint64_t left_behind = 0;  ///< on blue, not on green, acknowledged or not
  std::map<std::string, std::uint64_t> served_by;  ///< rows on green, by "ADDRESS:PORT VERSION"
  Latency latency = {};
  std::vector<double> longest_stalls = {};  ///< of each client, in milliseconds
  std::vector<std::string> problems = {};   ///< the first of each kind, in words
  double longest_stall = 0;

  std::uint64_t served_by_port(int port) const;
  bool is_clean() const {
    return lost == 0 && doubled == 0 && failed == 0 && unexpected == 0 && left_behind == 0;
  }
};

/// Throws, with the reason, where verify_load() could not read what it needs.
void check_that_load_can_be_judged(const std::string& conninfo, const LoadSchema& schema);

/// Of a driver that was stopped. `green` and `blue` are conninfos of a user who may read
/// everything; an empty `blue` leaves out left_behind.
LoadVerdict verify_load(const LoadDriver& driver, const std::string& green,
                        const std::string& blue = "");

/// "0 lost, 0 doubled, 0 failed", then the rest, in lines for people.
std::string to_text(const LoadVerdict& verdict);

}  // namespace cutover::support
