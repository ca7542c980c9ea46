// What the doctor says of the agent that serves on this host. Finding out: daemon_view.h. Pure.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "agent/host_points.h"

namespace cutover::agent {

struct DaemonView {
  std::string socket = {};
  std::string problem = {};        ///< why nobody could be connected to; "" otherwise
  std::optional<uid_t> user = {};  ///< who listens
  std::string version = {};        ///< as it says
  std::string silence = {};        ///< why it said nothing; "" otherwise
};

/// Who asks, and what is installed.
struct DoctorSelf {
  uid_t user = 0;
  std::string version = {};
};

std::vector<HostPoint> daemon_points(const DaemonView& view, const DoctorSelf& self);

}  // namespace cutover::agent
