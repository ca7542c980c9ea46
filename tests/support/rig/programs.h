// Where the programs under test are, at paths that the servers' user may execute.
#pragma once

#include <filesystem>

namespace cutover::support {

/// $CUTOVER_PROGRAM and $CUTOVER_AGENT_PROGRAM, else what this build tree makes.
std::filesystem::path cutover_program();
std::filesystem::path agent_program();

}  // namespace cutover::support
