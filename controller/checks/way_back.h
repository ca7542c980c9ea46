// What the way back needs before it can be armed: blue will follow green.
#pragma once

#include <vector>

#include "controller/checks/check.h"

namespace cutover {

std::vector<Check> way_back_checks();

}  // namespace cutover
