// See known_hazards.h.
#include "common/pgbouncer/known_hazards.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace cutover {
namespace {

using Version = std::pair<int, int>;

/// In every version from `since` and before `until`.
struct Hazard {
  Version since;
  Version until;
  const char* what;
  const char* guard = "";
  bool of_server_tls = false;
};

constexpr Version never = {1000, 0};
constexpr Version oldest_tried = {1, 12};
constexpr std::array hazards = {
    Hazard{{1, 12},
           {1, 16},
           "a line of [databases] that does not parse loses that entry at RELOAD",
           "the agent reads back what it writes before it arms"},
    Hazard{{1, 16},
           {1, 24},
           "RELOAD renews every pool of every entry while server TLS is configured",
           "",
           true},
    Hazard{{1, 18},
           {1, 21},
           "a cancel request can end the process (bad server state), and it comes back unpaused"},
    Hazard{{1, 0},
           {1, 21},
           "prepared statements of the protocol break when a client changes server",
           "check prepared_statements warns of it"},
    Hazard{{1, 0},
           {1, 25},
           "RELOAD answers success when the file could not be loaded",
           "the agent looks at what is in force afterwards"},
    Hazard{{1, 22},
           never,
           "a login that green refuses disconnects every waiting client",
           "check green_reachable tries the logins"},
};

}  // namespace

std::vector<KnownHazard> known_hazards(const std::string& version) {
  Version found{};
  if (std::sscanf(version.c_str(), "%4d.%4d", &found.first, &found.second) != 2)
    return {{"the version could not be read"}};
  std::vector<KnownHazard> known;
  if (found < oldest_tried) known.push_back({"versions before 1.12 were never tried"});
  for (const Hazard& hazard : hazards)
    if (found >= hazard.since && found < hazard.until)
      known.push_back({hazard.what, hazard.guard, hazard.of_server_tls});
  return known;
}

std::string first_version_without_open_hazards() {
  Version first = oldest_tried;
  for (const Hazard& hazard : hazards)
    if (std::string_view(hazard.guard).empty()) first = std::max(first, hazard.until);
  return std::to_string(first.first) + "." + std::to_string(first.second);
}

}  // namespace cutover
