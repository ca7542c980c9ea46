// The name of one execution: "20261122T141533-7f3a9c" sorts by time and is safe in file names.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace cutover {

/// Now, in UTC, and 24 random bits.
std::string make_run_id();

/// The same from given values; only the lower 24 bits of `random` count.
std::string run_id_of(std::chrono::system_clock::time_point time, std::uint32_t random);

}  // namespace cutover
