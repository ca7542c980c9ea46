// Names and texts of claim.h.
#include "agent/claim.h"

#include <array>

namespace cutover::agent {

const char* name_of(Phase phase) {
  static constexpr std::array<const char*, phase_count> names = {"idle",   "claimed",   "armed",
                                                                 "paused", "switching", "switched"};
  return names.at(static_cast<std::size_t>(phase));
}

std::string to_text(const Route& route) {
  return route.host + ":" + (route.port.empty() ? "5432" : route.port);
}

}  // namespace cutover::agent
