// Sequences are not replicated: green's are brought to blue's, never against their direction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/servers/database_servers.h"

namespace cutover {

/// Whether green has to be set to what blue says. A sequence that cycles is simply made the same:
/// behind and ahead mean nothing there.
bool is_behind(const SequenceState& green, const SequenceState& blue);

struct SequencePlan {
  std::vector<SequenceState> to_set;  ///< blue's states
  std::vector<std::string> missing;   ///< on green
};
SequencePlan plan_sequences(const std::vector<SequenceState>& blue,
                            const std::vector<SequenceState>& green);

/// Every sequence of the database, but cutover's own and temporary ones. `reading` belongs to the
/// session.
Task<Result<std::vector<SequenceState>>> read_sequences(ServerSession& session,
                                                        SequenceReading& reading);

/// Only while green has heard of no newer epoch.
Task<Outcome> bring_sequences_close(DatabaseServers& servers, Claim claim);

}  // namespace cutover
