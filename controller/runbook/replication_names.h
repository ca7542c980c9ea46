// Lists for people, and numbers as servers write them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/config/subscription_names.h"

namespace cutover {

/// "a, b, c and 12 more"
std::string named(const std::vector<std::string>& names);

/// 0 where it is no number.
std::uint64_t number_of(const std::string& text);

}  // namespace cutover
