// Proves which server answers for an entry, with this host's own credentials, without touching the
// real PgBouncer: a private one, on a socket nobody else can reach, logs in as the real one would.
#pragma once

#include "agent/bouncer.h"
#include "proto/agent.pb.h"

namespace cutover::agent {

/// One answer for every entry and user of every process. The users are the entry's own, else those
/// that have a pool now, else those of the auth_file.
Task<proto::ProbeResult> probe(std::vector<Bouncer*> bouncers, proto::ProbeCommand command);

}  // namespace cutover::agent
