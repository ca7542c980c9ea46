// What is known to go wrong in which version of PgBouncer. Pure.
#pragma once

#include <string>
#include <vector>

namespace cutover::agent {

/// One sentence each; empty for a version without any.
std::vector<std::string> known_hazards(const std::string& version);

}  // namespace cutover::agent
