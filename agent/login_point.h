// Whether clients get in to a PgBouncer, and PgBouncer as them to the servers, as far as its host
// can tell. One of host_points.h. Pure.
#pragma once

#include "agent/host_points.h"

namespace cutover::agent {

HostPoint login_point(const HostView& view);

}  // namespace cutover::agent
