// The signals by which somebody asks a program to end.
#pragma once

#include <signal.h>

#include <vector>

namespace cutover {

/// SIGINT, SIGTERM and SIGHUP, but for those that are ignored, since whoever started the program
/// wants it to outlive them: `nohup`, a script's job in the background.
std::vector<int> interrupting_signals();

sigset_t set_of(const std::vector<int>& signals);

}  // namespace cutover
