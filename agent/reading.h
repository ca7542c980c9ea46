// The reading commands: what every PgBouncer of this host is and does, and what arm would change.
// Nothing here writes. The probe is in probe.h.
#pragma once

#include "agent/bouncer.h"
#include "proto/agent.pb.h"

namespace cutover::agent {

Task<proto::ProcessInspection> inspect(Bouncer& bouncer);
Task<Result<proto::Preview>> preview(std::vector<Bouncer*> bouncers, Moves moves);

Moves moves_from(const google::protobuf::RepeatedPtrField<proto::EntryMove>& moves);

}  // namespace cutover::agent
