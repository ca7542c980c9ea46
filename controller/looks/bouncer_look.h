// What agents say, as a look.
#pragma once

#include <string>
#include <vector>

#include "controller/config/config.h"
#include "controller/link/bouncer_fleet.h"
#include "controller/looks/fleet_look.h"

namespace cutover {

BouncerLook look_of(const BouncerSight& sight);
/// Adds entries and pools.
void add_inspection(BouncerLook& look, const proto::Inspection& inspection, const Config& config);

}  // namespace cutover
