// A fleet as a look finds it, for views.
#pragma once

#include "controller/display/frame.h"
#include "controller/looks/fleet_look.h"

namespace cutover::tests {

/// Blue serves; two bouncers with an entry and two pools each.
FleetLook sample_look(double taken_at = 1'000'000);

std::string text_of(const Frame& frame);

}  // namespace cutover::tests
