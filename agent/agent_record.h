// What an agent must not forget: who claimed it, how far that claim came, what it staged, and the
// lease on a pause. The phase holds the intent: `switching` is the promise, `switched` its end.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/claim.h"
#include "agent/pause_lease.h"
#include "common/base/result.h"

namespace cutover::agent {

struct AgentRecord {
  Claim claim = {};            ///< the newest ever seen; stays when a claim ends
  std::string direction = {};  ///< "forward" or "back"
  bool recovery = false;       ///< claimed by a recovery
  Phase phase = Phase::idle;
  std::map<std::string, Moves> moves = {};  ///< from arm on: what moves on which PgBouncer
  std::optional<PauseLease> lease = {};     ///< while paused
  std::uint32_t lease_expiries = 0;         ///< of this claim

  bool operator==(const AgentRecord&) const = default;
};

/// What it becomes when the switch begins; writing that is the intent.
AgentRecord promise_of(AgentRecord record);

/// JSON, one object.
std::string to_json(const AgentRecord& record);
Result<AgentRecord> record_from_json(std::string_view text);

}  // namespace cutover::agent
