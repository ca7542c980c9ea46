// Parts of a configuration that no PgBouncer from 1.12 to 1.25 knows: a typing error would fail the
// reload half way, a newer PgBouncer may know them. So they are told to people, not refused.
#pragma once

#include <string>
#include <vector>

#include "agent/ini/config_files.h"

namespace cutover::ini {

/// One sentence each, with FILE:LINE.
std::vector<std::string> unfamiliar_parts(const ConfigFiles& config);

}  // namespace cutover::ini
