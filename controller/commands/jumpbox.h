// What `doctor` looks for on the jumpbox beside servers and agents: programs, a session that
// outlives a lost connection.
#pragma once

#include <string>
#include <vector>

#include "controller/checks/check.h"

namespace cutover {

std::vector<CheckReport> examine_jumpbox();

/// Whether a program of this name is in $PATH.
bool is_installed(const std::string& program);

}  // namespace cutover
