// Faults between the controller and everybody else.
#pragma once

#include <vector>

#include "tests/faults/faults.h"
#include "tests/support/delaying_proxy.h"

namespace cutover::faults {

/// The controller's own way to blue and green, and nobody else's.
struct ControllersNetwork {
  /// Writes the way into cutover.toml.
  explicit ControllersNetwork(support::CutoverRig& rig);

  support::DelayingProxy blue;
  support::DelayingProxy green;
};

std::vector<Fault> faults_of_the_network();

}  // namespace cutover::faults
