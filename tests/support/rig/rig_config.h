// The cutover.toml of a rig.
#pragma once

#include <string>
#include <vector>

#include "tests/support/rig/cutover_rig.h"

namespace cutover::support {

/// Name of publication and subscription n of a database; the slot has what is legal of it.
std::string replication_name(const RigOptions& options, const std::string& database, int number);

struct RigFacts {
  const RigOptions& options;
  std::uint16_t blue_port;
  std::uint16_t green_port;
  std::string state_directory;
  std::vector<std::string> bouncer_lines;  ///< url and keys of each host's agent
  std::uint16_t blue_through = 0;          ///< where the controller reaches it; 0: at its own port
  std::uint16_t green_through = 0;
};

std::string rig_config(const RigFacts& facts);

}  // namespace cutover::support
