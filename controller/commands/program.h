// The whole program but main(): parses, reads the configuration, runs a command, prints its end.
#pragma once

#include <string>
#include <vector>

namespace cutover {

/// The exit code of docs/commands.md.
int run_program(const std::vector<std::string>& arguments);

}  // namespace cutover
