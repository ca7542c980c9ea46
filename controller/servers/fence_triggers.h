// The triggers that refuse writes on blue's published tables once `cutover.run` says fenced.
#pragma once

#include "controller/servers/database_servers.h"

namespace cutover {

/// Creates the function, proves it on a table of its own, installs what is missing on
/// `servers.published` one by one.
/// Tables too busy for the short lock are named in the detail: hold_writers does them.
Task<Outcome> install_fence_triggers(DatabaseServers& servers);

/// Every trigger that calls the fence function, wherever it is; each only while the epoch is still
/// this claim's and no fence is up, so that a run that was taken over cannot open a fenced side.
Task<Outcome> remove_fence_triggers(DatabaseServers& servers, Claim claim);

/// Of `servers.published`, those without an enabled trigger.
Task<Result<std::vector<PublishedTable>>> tables_without_trigger(DatabaseServers& servers);

Task<Outcome> fence_triggers_hold(DatabaseServers& servers);

}  // namespace cutover
