// A reply as a frame can carry it.
#pragma once

#include "proto/agent.pb.h"

namespace cutover::agent {

/// Every text valid UTF-8 (rows and settings are already), and no larger than a frame: a result
/// that does not fit is refused, so that the connection lives on.
proto::Reply sendable(proto::Reply reply);

}  // namespace cutover::agent
