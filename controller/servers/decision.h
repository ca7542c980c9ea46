// The commit that puts up the fence in one database, and the one that takes it down.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

enum class FenceKind {
  fence_only,  ///< one of the further databases, before the decision
  decision,    ///< the first database, last: from this commit on the decision exists
};

/// In the transaction that holds the locks: flag, read-only setting (the earlier value kept),
/// synchronous commit, which lets the locks go. Refused when locks or epoch are lost.
Task<Outcome> put_up_fence(DatabaseServers& servers, Claim claim, FenceKind kind);

/// An undo whose answer never came may still arrive, and would take down the next fence.
Task<Outcome> end_lost_undo(DatabaseServers& servers);

/// Flag and setting back in one transaction, where the epoch is still ours. Done also when no fence
/// was up.
Task<Outcome> take_down_fence(DatabaseServers& servers, Claim claim);

}  // namespace cutover
