// What is known to go wrong in which version of PgBouncer: for the agent's doctor and for the
// controller's check. Pure.
#pragma once

#include <string>
#include <vector>

namespace cutover {

struct KnownHazard {
  std::string what;            ///< one sentence
  std::string guard = {};      ///< what keeps it from a run; empty: nothing does
  bool of_server_tls = false;  ///< only where server TLS is configured
};

/// Empty for a version without any.
std::vector<KnownHazard> known_hazards(const std::string& version);

/// "1.24": from there on something guards against every hazard that is known.
std::string first_version_without_open_hazards();

}  // namespace cutover
