// The only source of chance: the same seed gives the same world.
#pragma once

#include <chrono>
#include <cstdint>

namespace cutover::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// splitmix64
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  bool chance(std::uint64_t permille) { return below(1000) < permille; }
  std::chrono::microseconds between(std::int64_t low_us, std::int64_t high_us) {
    const auto span = static_cast<std::uint64_t>(high_us - low_us + 1);
    return std::chrono::microseconds(low_us + static_cast<std::int64_t>(below(span)));
  }

 private:
  std::uint64_t state_;
};

}  // namespace cutover::simulation
