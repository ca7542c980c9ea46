// What `doctor` finds out about the machine it runs on: files, programs, a session that outlives a
// lost connection. What it makes of that: jumpbox_points.h.
#pragma once

#include "controller/commands/jumpbox_points.h"

namespace cutover {

MachineView look_at_machine(const Config& config);

FoundFile find_file(const std::filesystem::path& path);

}  // namespace cutover
