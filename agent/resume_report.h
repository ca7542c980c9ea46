// What `cutover-agent resume` says of what it did.
#pragma once

#include <string>

#include "agent/claim.h"

namespace cutover::agent {

struct Resumed {
  Phase before = Phase::idle;
  Phase after = Phase::idle;
  bool settled = false;  ///< else it gave up
};

std::string resume_report(const Resumed& resumed);

}  // namespace cutover::agent
