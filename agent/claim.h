// Who a command comes from, what the agent is in the middle of, and one entry to move: the words
// that the agent's record, rules and commands share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cutover::agent {

/// A run and blue's epoch that it holds. Epoch 0 or an empty run id: nobody.
struct Claim {
  std::string run_id = {};
  std::uint64_t epoch = 0;

  bool operator==(const Claim&) const = default;
};

enum class Phase { idle, claimed, armed, paused, switching, switched };
inline constexpr int phase_count = 6;

/// "idle" … "switched": as in logs and in the record.
const char* name_of(Phase phase);

/// True from the moment the promise to switch is on disk.
inline bool has_intent(Phase phase) {
  return phase == Phase::switching || phase == Phase::switched;
}

/// Host and port as they stand in an ini entry; an empty port is PgBouncer's default.
struct Route {
  std::string host = {};
  std::string port = {};

  bool operator==(const Route&) const = default;
};

/// "host:port", with the default port spelled out.
std::string to_text(const Route& route);

struct Move {
  std::string entry = {};
  Route from = {};
  Route to = {};

  bool operator==(const Move&) const = default;
};

using Moves = std::vector<Move>;

}  // namespace cutover::agent
