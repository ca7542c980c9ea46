// The whole program but main(): parses, reads the configuration, runs a command, prints its end.
#pragma once

#include <string>
#include <vector>

namespace cutover {

class Listener;

/// The exit code of docs/commands.md. `witness`, when there is one, is told of every event of a
/// run, in the process that runs it.
int run_program(const std::vector<std::string>& arguments, Listener* witness = nullptr);

}  // namespace cutover
