// What a misspelt name was probably meant to be.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace cutover {

/// The known name with the fewest edits from `name`; "" when none is near.
std::string nearest(std::string_view name, const std::set<std::string>& known);

}  // namespace cutover
