// See known_hazards.h.
#include "agent/known_hazards.h"

#include <array>
#include <cstdio>
#include <utility>

namespace cutover::agent {
namespace {

using Version = std::pair<int, int>;

/// In every version from `since` and before `until`.
struct Hazard {
  Version since;
  Version until;
  const char* what;
};

constexpr Version never = {1000, 0};
constexpr std::array hazards = {
    Hazard{
        {1, 12}, {1, 16}, "a line of [databases] that does not parse loses that entry at RELOAD"},
    Hazard{
        {1, 16}, {1, 24}, "RELOAD renews every pool of every entry while server TLS is configured"},
    Hazard{{1, 18}, {1, 21}, "a cancel request can end the process (bad server state)"},
    Hazard{
        {1, 0}, {1, 21}, "prepared statements of the protocol break when a client changes server"},
    Hazard{{1, 0}, {1, 25}, "RELOAD answers success when the file could not be loaded"},
    Hazard{{1, 22}, never, "a login that green refuses disconnects every waiting client"},
};

}  // namespace

std::vector<std::string> known_hazards(const std::string& version) {
  Version found{};
  if (std::sscanf(version.c_str(), "%d.%d", &found.first, &found.second) != 2)
    return {"the version could not be read"};
  std::vector<std::string> known;
  if (found < Version{1, 12}) known.emplace_back("versions before 1.12 were never tried");
  for (const Hazard& hazard : hazards)
    if (found >= hazard.since && found < hazard.until) known.emplace_back(hazard.what);
  return known;
}

}  // namespace cutover::agent
