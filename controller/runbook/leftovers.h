// Everything that a migration leaves on one server: how to find it and how to take it away.
#pragma once

#include "controller/runbook/phase.h"

namespace cutover {

struct ServerTraces {
  DatabaseConfig database;
  std::string colour;        ///< of this server
  bool keeps_fence = false;  ///< it no longer serves, and is to refuse writes for good
};

/// Whether the server's own row in cutover.run says so.
Task<Result<bool>> is_fenced(ServerSession& server, std::string colour);

// Each pair: what is there, and its removal. Removals are idempotent.
Task<Result<Standing>> find_subscriptions(ServerSession& server, ServerTraces traces);
Task<Outcome> drop_subscriptions(ServerSession& server, ServerTraces traces);

Task<Result<Standing>> find_slots(ServerSession& server, ServerTraces traces);
Task<Outcome> drop_slots(ServerSession& server, ServerTraces traces);

Task<Result<Standing>> find_publications(ServerSession& server, ServerTraces traces);
Task<Outcome> drop_publications(ServerSession& server, ServerTraces traces);

Task<Result<Standing>> find_guard(ServerSession& server, ServerTraces traces);
Task<Outcome> remove_guard(ServerSession& server, ServerTraces traces);

Task<Result<Standing>> find_identities(ServerSession& server, ServerTraces traces);
Task<Outcome> undo_identities(ServerSession& server, ServerTraces traces);

Task<Result<Standing>> find_fence(ServerSession& server, ServerTraces traces);
Task<Outcome> lift_fence(ServerSession& server, ServerTraces traces);

Task<Result<Standing>> find_schema(ServerSession& server, ServerTraces traces);
Task<Outcome> drop_schema(ServerSession& server, ServerTraces traces);

}  // namespace cutover
